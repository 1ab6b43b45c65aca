import { readNumber } from '@millrace/contracts'
import type jsonata from 'jsonata'
import { compilePattern } from './linear-regex.js'

/** A node of JSONata's syntax tree, as far as its published types leave it out. */
interface Node {
  type?: unknown
  value?: unknown
  procedure?: unknown
  arguments?: unknown
  steps?: readonly Node[]
  [name: string]: unknown
}

/** The name that the wildcard's replacement is bound to; no expression can write it. */
export const WILDCARD = '*'

/**
 * Prepares a syntax tree: patterns that are no RE2 are refused, wildcards become calls of our own function, and
 * integers that no double holds keep their digits.
 * `mutates` is true when JSONata would write into its input: `[]` and grouping mark or fill the arrays they meet,
 * and `| … |` changes whatever its pattern reaches.
 */
export function prepareTree(ast: jsonata.ExprNode, source: string): { readonly mutates: boolean } {
  let mutates = false
  const open: unknown[] = [ast]
  while (open.length > 0) {
    const node = open.pop()
    if (typeof node !== 'object' || node === null || node instanceof RegExp) continue
    for (const member of Object.values(node)) open.push(member)
    const { type, value, keepArray, keepSingletonArray, group } = node as Node
    if (type === 'regex') compilePattern(value as RegExp)
    if (type === 'wildcard') callWildcard(node as Node)
    if (type === 'number' && !Number.isSafeInteger(value)) keepDigits(node as Node, source)
    if (type === 'transform' || group !== undefined || keepArray || keepSingletonArray) mutates = true
  }
  return { mutates }
}

const NUMBER_AT_END = /\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i

/** JSONata has read it as a double, and put the minus in front of it into its value. */
function keepDigits(node: Node, source: string): void {
  const [digits] = NUMBER_AT_END.exec(source.slice(0, Number(node['position']))) ?? []
  if (digits !== undefined) node.value = readNumber(Number(node.value) < 0 ? `-${digits}` : digits)
}

function callWildcard(node: Node): void {
  node.type = 'function'
  node.procedure = { type: 'variable', value: WILDCARD }
  node.arguments = [{ type: 'variable', value: '' }]
}

const PASSES_ON: ReadonlySet<unknown> = new Set(['name', 'variable', 'block', 'condition', 'bind'])

/** Whether a node may make something; the others only give back what is there, and input needs no weighing. */
export const makesValue = ({ type, steps }: Node): boolean =>
  !PASSES_ON.has(type) &&
  !(type === 'path' && steps?.every((step) => step.type === 'name' || step.type === 'variable'))
