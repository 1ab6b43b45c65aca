import { keepMatching } from './filter.js'
import type { Frame } from './frame.js'
import { groupBy } from './group.js'
import { isSequence, push, pushAll, type Sequence, sequence } from './sequence.js'
import { sortBy } from './sort.js'
import type { Node } from './syntax.js'
import type { Tuple } from './tuple.js'
import { stepThroughTuples } from './tuples.js'

/** `a.b[c].d`: each step over what the one before gave, and the results as one list. */
export function evaluatePath(node: Node, input: unknown, frame: Frame): unknown {
  const steps = node.steps!
  let current: readonly unknown[] =
    Array.isArray(input) && steps[0]!.type !== 'variable' ? input : sequence(input)
  let tuples: Sequence | undefined
  let result: unknown
  for (const [at, step] of steps.entries()) {
    if (step.tuple === true || tuples !== undefined) {
      tuples = stepThroughTuples(step, current, tuples, frame)
      continue
    }
    result =
      at === 0 && step.consarray === true
        ? frame.run.evaluate(step, current, frame)
        : takeStep(step, current, frame, at === steps.length - 1)
    if (result === undefined || (result as unknown[]).length === 0) break
    if (step.focus === undefined) current = result as readonly unknown[]
  }
  if (tuples !== undefined) result = node.tuple === true ? tuples : valuesOf(tuples)
  if (node.keepSingletonArray === true) result = keepAsList(result)
  return node.group === undefined ? result : groupBy(node.group, tuples ?? result, frame)
}

const valuesOf = (tuples: readonly unknown[]): Sequence => {
  const values = sequence()
  for (const tuple of tuples) push(values, (tuple as Tuple).get('@'))
  return values
}

/** `[]`. A list of the data is one already, and is left as it is. */
function keepAsList(result: unknown): unknown {
  if (!Array.isArray(result)) return result
  const list: Sequence = result
  const kept = list.cons === true && list.sequence === undefined ? sequence(list) : list
  if (isSequence(kept)) kept.keepSingleton = true
  return kept
}

function takeStep(step: Node, input: readonly unknown[], frame: Frame, isLast: boolean): unknown {
  if (step.type === 'sort') return applyStages(step, sortBy(step, input, frame), frame)
  const results: unknown[] = []
  for (const item of input) {
    const value = applyStages(step, frame.run.evaluate(step, item, frame), frame)
    if (value !== undefined) push(results, value)
  }
  const [only] = results
  // A list of the data that a path ends with is that list, however short it is.
  if (isLast && results.length === 1 && Array.isArray(only) && !isSequence(only)) return only
  const flat = sequence()
  for (const value of results) {
    if (Array.isArray(value) && (value as Sequence).cons === undefined) pushAll(flat, value)
    else push(flat, value)
  }
  return flat
}

function applyStages(step: Node, value: unknown, frame: Frame): unknown {
  let result = value
  for (const { expr } of step.stages ?? []) if (expr !== undefined) result = keepMatching(expr, result, frame)
  return result
}
