import { preview } from './evaluate.js'
import type { EvaluationAnswer, EvaluationRequest } from './protocol.js'
import type { SampleScope } from './scope.js'

let scope: SampleScope = { steps: {}, run: {}, workflow: {}, vars: {} }

self.addEventListener('message', async ({ data }: MessageEvent<EvaluationRequest>) => {
  if (data.kind === 'scope') {
    scope = data.scope
    return
  }
  const answer: EvaluationAnswer = {
    id: data.id,
    preview: await preview(data.text, data.expression, scope, data.limit),
  }
  self.postMessage(answer)
})
