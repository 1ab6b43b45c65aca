import { spend } from '../evaluator/budget.js'
import { Callable } from '../evaluator/callable.js'
import { Failure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { isObject, nameOf, setMember } from '../evaluator/members.js'
import { push, pushAll, sequence } from '../evaluator/sequence.js'
import { copy } from '../evaluator/transform.js'
import { isTrue } from '../evaluator/truth.js'
import { callOn } from './lists.js'

type Members = Record<string, unknown>

export function keys(_: Run, value: unknown): unknown {
  const names = new Set<string>()
  collectKeys(value, names)
  const all = sequence()
  pushAll(all, [...names])
  return all
}

function collectKeys(value: unknown, into: Set<string>): void {
  spend(1)
  if (Array.isArray(value)) for (const item of value) collectKeys(item, into)
  else if (isObject(value)) for (const name of Object.keys(value)) into.add(name)
}

export const lookup = (_: Run, value: unknown, name: string): unknown => nameOf(value, name)

export function spread(_: Run, value: unknown): unknown {
  if (!Array.isArray(value) && !isObject(value)) return value
  const parts = sequence()
  spreadInto(value, parts)
  // Of a list it is a list, however short.
  return Array.isArray(value) && parts.length > 0 ? parts.slice() : parts
}

function spreadInto(value: unknown, into: unknown[]): void {
  spend(1)
  if (Array.isArray(value)) for (const item of value) spreadInto(item, into)
  else if (!isObject(value)) {
    if (value !== undefined) push(into, value)
  } else
    for (const [name, member] of Object.entries(value)) {
      const part: Members = {}
      setMember(part, name, member)
      push(into, part)
    }
}

export function merge(_: Run, objects: readonly Members[] | undefined): Members | undefined {
  if (objects === undefined) return undefined
  const merged: Members = {}
  for (const each of objects)
    for (const [name, member] of Object.entries(each)) {
      spend(1)
      setMember(merged, name, member)
    }
  return merged
}

export function each(run: Run, object: Members | undefined, call: Callable): unknown {
  const results = sequence()
  for (const [name, member] of Object.entries(object ?? {})) {
    const value = callOn(run, call, member, name, object)
    if (value !== undefined) push(results, value)
  }
  return results
}

export function sift(run: Run, object: Members | undefined, call: Callable): Members | undefined {
  const kept: Members = {}
  for (const [name, member] of Object.entries(object ?? {}))
    if (isTrue(callOn(run, call, member, name, object))) setMember(kept, name, member)
  return Object.keys(kept).length === 0 ? undefined : kept
}

export const clone = (_: Run, value: unknown): unknown => copy(value)

export const boolean = (_: Run, value: unknown): boolean | undefined =>
  value === undefined ? undefined : isTrue(value)
export const not = (_: Run, value: unknown): boolean | undefined =>
  value === undefined ? undefined : !isTrue(value)

/** `null`, `number`, `string`, `boolean`, `array`, `object`, `function`: the language's own words. */
export function type(_: Run, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Callable) return 'function'
  return typeof value === 'bigint' ? 'number' : typeof value
}

export function error(_: Run, message: string | undefined): never {
  throw new Failure(message || '$error() was called')
}

export function assert(_: Run, holds: boolean | undefined, message: string | undefined): undefined {
  if (holds !== true) throw new Failure(message || '$assert() failed')
  return undefined
}
