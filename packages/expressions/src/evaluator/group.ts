import { spend } from './budget.js'
import { Failure } from './failure.js'
import type { Frame } from './frame.js'
import { setMember } from './members.js'
import { append, type Sequence } from './sequence.js'
import type { Node, Pairs } from './syntax.js'
import { frameOf, type Tuple } from './tuple.js'
import { nameValue } from './wording.js'

interface Group {
  readonly pair: number
  data: unknown
}

/** `{ key: value }`: the items by their keys, then the value of each pair over the items of its key. */
export function groupBy({ lhs }: Pairs, input: unknown, frame: Frame): Record<string, unknown> {
  const hasTuples = Array.isArray(input) && (input as Sequence).tuples === true
  const items: readonly unknown[] = Array.isArray(input) ? input : [input]
  const groups = new Map<string, Group>()
  // An object literal over nothing is evaluated once all the same.
  for (const item of items.length === 0 && !hasTuples ? [undefined] : items) {
    const context = hasTuples ? (item as Tuple).get('@') : item
    const within = hasTuples ? frameOf(item as Tuple, frame) : frame
    for (const [pair, [key]] of lhs.entries()) addToGroup(groups, keyOf(key, context, within), pair, item)
  }
  const result: Record<string, unknown> = {}
  for (const [key, { pair, data }] of groups) {
    const value = hasTuples
      ? evaluateOverTuples(lhs[pair]![1], data, frame)
      : frame.run.evaluate(lhs[pair]![1], data, frame)
    if (value !== undefined) setMember(result, key, value)
  }
  return result
}

function keyOf(key: Node, context: unknown, frame: Frame): string | undefined {
  const name = frame.run.evaluate(key, context, frame)
  if (name === undefined || typeof name === 'string') return name
  throw new Failure(`the name of a member must be text, but is ${nameValue(name)}`)
}

function addToGroup(groups: Map<string, Group>, key: string | undefined, pair: number, item: unknown): void {
  if (key === undefined) return
  spend(2)
  const known = groups.get(key)
  if (known === undefined) groups.set(key, { pair, data: item })
  else if (known.pair !== pair)
    throw new Failure(`two members of one object are called ${JSON.stringify(key)}`)
  else {
    known.data = grow(known.data, item)
  }
}

/** Lists that grow are marked by the set, so that each item is copied once and data is never added to. */
const growing = new WeakSet<object>()

function grow(data: unknown, item: unknown): unknown {
  if (typeof data === 'object' && data !== null && growing.has(data)) {
    if (Array.isArray(item)) (data as unknown[]).push(...item)
    else (data as unknown[]).push(item)
    return data
  }
  const joined = append(data, item)
  if (Array.isArray(joined) && joined !== data && joined !== item) growing.add(joined)
  return joined
}

function evaluateOverTuples(node: Node, data: unknown, frame: Frame): unknown {
  const merged: Tuple = new Map()
  for (const tuple of (Array.isArray(data) ? data : [data]) as Tuple[])
    for (const [name, value] of tuple) merged.set(name, append(merged.get(name), value))
  const context = merged.get('@')
  merged.delete('@')
  return frame.run.evaluate(node, context, frameOf(merged, frame))
}
