import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { duration } from '../../flow/duration.js'
import { anyValue } from '../../params/schemas.js'

export const workflowCall = defineNode({
  type: 'workflow.call',
  version: 1,
  title: 'Call workflow',
  description: 'Runs another workflow, and gives its output. The run parks meanwhile.',
  category: 'flow',
  icon: 'arrow-guide',
  trigger: false,
  params: z.strictObject({
    workflow: z.string().min(1).max(128).meta({ title: 'Workflow', description: 'Its name or id.' }),
    version: z
      .int()
      .min(1)
      .optional()
      .meta({ title: 'Version', description: 'The published one when left out.' }),
    input: anyValue({ title: 'Input', description: 'The output of its call trigger.' }).default(null),
    wait: z
      .boolean()
      .default(true)
      .meta({ title: 'Wait for its end', description: 'Otherwise the output is the id of the new run.' }),
    timeout: duration
      .optional()
      .meta({ title: 'Timeout', description: 'Such as 30m. It is then cancelled.' }),
  }),
  output: json,
  ports: ['main'],
  effect: 'write',
  async execute(_ctx, { workflow, version, input, wait, timeout }) {
    return { call: { workflow, version, input, awaited: wait, timeoutMs: timeout } }
  },
})
