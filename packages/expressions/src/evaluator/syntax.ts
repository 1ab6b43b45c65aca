import { readNumber } from '@millrace/contracts'
import jsonata from 'jsonata'
import { NESTED_NODES, SOURCE_CHARACTERS } from '../limits.js'
import { limitFailure } from './failure.js'
import { compilePattern } from './pattern.js'

/** A node of JSONata's syntax tree, as its parser gives it. */
export interface Node {
  readonly type: string
  value?: unknown
  readonly position?: number
  readonly steps?: readonly Node[]
  readonly expressions?: readonly Node[]
  readonly expression?: Node
  readonly lhs?: Node
  readonly rhs?: Node
  readonly condition?: Node
  readonly then?: Node
  readonly else?: Node
  readonly procedure?: Node
  readonly arguments?: readonly Node[]
  readonly body?: Node
  readonly signature?: { readonly definition: string }
  readonly terms?: readonly { readonly descending: boolean; readonly expression: Node }[]
  readonly pattern?: Node
  readonly update?: Node
  readonly delete?: Node
  readonly predicate?: readonly Stage[]
  readonly stages?: readonly Stage[]
  readonly group?: Pairs
  /** `@$name`, `#$name`, and the label by which `%` finds the one before. */
  readonly focus?: string
  readonly index?: string
  readonly ancestor?: { readonly label: string }
  readonly slot?: { readonly label: string }
  readonly tuple?: boolean
  readonly consarray?: boolean
  readonly keepArray?: boolean
  readonly keepSingletonArray?: boolean
  readonly thunk?: boolean
  /** Set by `prepare`: its result has to be weighed. */
  makes?: boolean
}

export interface Stage {
  readonly type: 'filter' | 'index'
  readonly expr?: Node
  readonly value?: string
}

export interface Pairs {
  readonly lhs: readonly (readonly [Node, Node])[]
}

/** Object literals keep their pairs where operators keep their left side. */
export const pairsOf = (node: Node): Pairs => node as unknown as Pairs

/**
 * The tree of a source. Throws a Failure for a source that is too long and for a pattern that cannot run in linear
 * time, and what JSONata's parser throws: `{ code, message }`.
 */
export function parse(source: string): Node {
  if (source.length > SOURCE_CHARACTERS)
    throw limitFailure(`the expression has ${source.length} characters; at most ${SOURCE_CHARACTERS}`)
  const tree = jsonata(source).ast() as unknown as Node
  prepare(tree, source)
  return tree
}

function prepare(tree: Node, source: string): void {
  checkDepth(tree)
  const open: unknown[] = [tree]
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    if (typeof node !== 'object' || node === null || node instanceof RegExp) continue
    for (const member of Object.values(node)) open.push(member)
    const each = node as Node
    if (each.type === 'regex') compilePattern(each.value as RegExp)
    if (each.type === 'number' && !Number.isSafeInteger(each.value)) keepDigits(each, source)
    if (typeof each.type === 'string') each.makes = makesValue(each)
  }
}

/** Throws a limit failure for a tree that no evaluation could reach the end of. Left sides of operators need no level. */
function checkDepth(tree: Node): void {
  const open: [unknown, number][] = [[tree, 0]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next
    if (typeof node !== 'object' || node === null || node instanceof RegExp) continue
    if (depth > NESTED_NODES) throw limitFailure(`the expression nests more than ${NESTED_NODES} levels`)
    const level = 'type' in node ? depth + 1 : depth
    for (const [name, member] of Object.entries(node))
      open.push([member, name === 'lhs' && (node as Node).type === 'binary' ? depth : level])
  }
}

const NUMBER_AT_END = /\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i

/** The parser has read it as a double, and put the minus in front of it into its value. */
function keepDigits(node: Node, source: string): void {
  const [digits] = NUMBER_AT_END.exec(source.slice(0, node.position)) ?? []
  if (digits !== undefined) node.value = readNumber(Number(node.value) < 0 ? `-${digits}` : digits)
}

const PASSES_ON: ReadonlySet<string> = new Set([
  'name',
  'variable',
  'block',
  'condition',
  'bind',
  'string',
  'number',
  'value',
])

/** Whether a node may make something; the others only give back what is there, and input needs no weighing. */
const makesValue = ({ type, steps, group, predicate }: Node): boolean =>
  group !== undefined ||
  predicate !== undefined ||
  (!PASSES_ON.has(type) &&
    !(type === 'path' && steps?.every((step) => step.type === 'name' || step.type === 'variable')))
