import { keepMatching } from './filter.js'
import type { Frame } from './frame.js'
import { asList, push, type Sequence, sequence } from './sequence.js'
import { sortBy } from './sort.js'
import type { Node } from './syntax.js'
import { frameOf, type Tuple } from './tuple.js'

const tupleSequence = (): Sequence => {
  const made = sequence()
  made.tuples = true
  return made
}

/** One step of a path that carries bindings. `tuples` are those of the step before, if it carried any. */
export function stepThroughTuples(
  step: Node,
  input: readonly unknown[],
  tuples: Sequence | undefined,
  frame: Frame,
): Sequence {
  if (step.type === 'sort') return applyStages(step, sortTuples(step, input, tuples, frame), frame)
  const before = tuples ?? input.map((item): Tuple => new Map([['@', item]]))
  const result = tupleSequence()
  for (const tuple of before as Tuple[]) {
    const value = frame.run.evaluate(step, tuple.get('@'), frameOf(tuple, frame))
    if (value === undefined) continue
    const carries = Array.isArray(value) && (value as Sequence).tuples === true
    for (const [place, item] of asList(value).entries())
      push(result, carries ? new Map([...tuple, ...(item as Tuple)]) : bind(step, tuple, item, place))
  }
  return applyStages(step, result, frame)
}

function bind(step: Node, from: Tuple, item: unknown, place: number): Tuple {
  const tuple = new Map(from)
  // `@$name` stays where it is: the next step goes on from there.
  if (step.focus === undefined) tuple.set('@', item)
  else tuple.set(step.focus, item)
  if (step.index !== undefined) tuple.set(step.index, place)
  if (step.ancestor !== undefined) tuple.set(step.ancestor.label, from.get('@'))
  return tuple
}

function sortTuples(
  step: Node,
  input: readonly unknown[],
  tuples: Sequence | undefined,
  frame: Frame,
): Sequence {
  const result = tupleSequence()
  for (const [place, item] of sortBy(step, tuples ?? input, frame).entries()) {
    if (tuples !== undefined) push(result, item)
    else
      push(
        result,
        new Map<string, unknown>([['@', item], ...(step.index ? [[step.index, place] as const] : [])]),
      )
  }
  return result
}

function applyStages(step: Node, value: Sequence, frame: Frame): Sequence {
  let result = value
  for (const { type, expr, value: name } of step.stages ?? []) {
    if (type === 'filter') result = keepMatching(expr!, result, frame) as Sequence
    else for (const [place, tuple] of result.entries()) (tuple as Tuple).set(name!, place)
  }
  return result
}
