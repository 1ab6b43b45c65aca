import { spend } from './budget.js'
import { Callable } from './callable.js'
import { Failure } from './failure.js'
import { push, pushAll, type Sequence, sequence } from './sequence.js'

/** A value with members: neither a list nor null nor a function. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Callable)

/** Own members only: what every object has from its prototype is no data. */
export function nameOf(input: unknown, name: string): unknown {
  if (Array.isArray(input)) {
    const found: Sequence = sequence()
    spend(input.length)
    for (const item of input) {
      const value = nameOf(item, name)
      if (Array.isArray(value)) pushAll(found, value)
      else if (value !== undefined) push(found, value)
    }
    return found
  }
  return isObject(input) && Object.hasOwn(input, name) ? input[name] : undefined
}

/** Writes into an object that the evaluator has made. `__proto__` is the one name that no value may have. */
export function setMember(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') throw new Failure('no member may be called __proto__')
  target[name] = value
}

/** `*`: the members of an object, lists in them flattened. Where a member is a list, the result is one, however short. */
export function wildcard(input: unknown): unknown {
  const members = isObject(input) ? Object.values(input) : Array.isArray(input) ? input : []
  const all = sequence()
  for (const member of members) flatten(member, all)
  return members.some(Array.isArray) ? [...all] : all
}

function flatten(value: unknown, into: Sequence): void {
  spend(1)
  if (Array.isArray(value)) for (const item of value) flatten(item, into)
  else push(into, value)
}

/** `**`: the value and everything inside, lists flattened. */
export function descendants(input: unknown): unknown {
  if (input === undefined) return undefined
  const all = sequence()
  collect(input, all)
  return all.length === 1 ? all[0] : all
}

function collect(value: unknown, into: Sequence): void {
  spend(1)
  if (Array.isArray(value)) for (const item of value) collect(item, into)
  else {
    push(into, value)
    if (isObject(value)) for (const member of Object.values(value)) collect(member, into)
  }
}
