import { parseSignature, validate } from '../functions/signature.js'
import { spend } from './budget.js'
import { Callable, Closure } from './callable.js'
import { Failure } from './failure.js'
import type { Frame } from './frame.js'
import { isObject, setMember } from './members.js'
import { asList } from './sequence.js'
import type { Node } from './syntax.js'
import { nameValue } from './wording.js'

const SIGNATURE = parseSignature('<(oa):o>')

/**
 * `| pattern | update, delete |`: a function that gives a changed copy. Only the copy can be changed: a pattern that
 * leads out of it, through `$$` or a variable, is refused, since others read what is there.
 */
export function transformer(node: Node, frame: Frame): Closure {
  return new Closure((...args) => {
    const [input] = validate(SIGNATURE, args, undefined, undefined)
    if (input === undefined) return undefined
    const copied = new Set<unknown>()
    const result = copy(input, copied)
    const found = frame.run.evaluate(node.pattern!, result, frame)
    if (found === undefined) return result
    for (const match of asList(found)) change(node, match, copied, frame)
    return result
  })
}

function change(node: Node, match: unknown, copied: ReadonlySet<unknown>, frame: Frame): void {
  const update = frame.run.evaluate(node.update!, match, frame)
  if (update !== undefined && !isObject(update))
    throw new Failure(`the update of a transform must be an object, but is ${nameValue(update)}`)
  const members = Object.entries(update ?? {})
  // A pattern such as `**` meets texts and lists too, which have no members.
  if (!isObject(match) && members.length === 0) return
  if (!isObject(match) || !copied.has(match))
    throw new Failure(
      `a transform can only change objects inside the value it is given, not ${nameValue(match)}`,
    )
  // Copied: a value that holds the object it is put into would have no end.
  for (const [name, value] of members) setMember(match, name, copy(value))
  if (node.delete === undefined) return
  const names = frame.run.evaluate(node.delete, match, frame)
  for (const name of names === undefined ? [] : asList(names)) {
    if (typeof name !== 'string')
      throw new Failure(`a transform deletes members by their names, but is given ${nameValue(name)}`)
    delete match[name]
  }
}

/** `copied` takes the objects of the copy. */
export function copy(value: unknown, copied?: Set<unknown>): unknown {
  spend(1)
  if (typeof value !== 'object' || value === null || value instanceof Callable) return value
  if (Array.isArray(value)) return value.map((item) => copy(item, copied))
  const made: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) setMember(made, name, copy(member, copied))
  copied?.add(made)
  return made
}
