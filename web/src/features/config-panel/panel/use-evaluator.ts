import { useEffect, useLayoutEffect, useState } from 'react'
import { Evaluator, startEvaluationWorker } from '../expressions/evaluator.js'
import type { SampleScope } from '../expressions/scope.js'

/** One worker for all expressions of a panel, on the data given. Its worker starts with the first question. */
export const useEvaluator = (scope: SampleScope): Evaluator => {
  const [evaluator] = useState(() => new Evaluator(startEvaluationWorker))
  // Before the effects of the fields below, which ask: each would get the value on the data before.
  useLayoutEffect(() => evaluator.setScope(scope), [evaluator, scope])
  useEffect(() => () => evaluator.close(), [evaluator])
  return evaluator
}
