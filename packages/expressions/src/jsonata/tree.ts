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
 * Prepares a syntax tree: patterns that are no RE2 are refused, and wildcards become calls of our own function.
 * `mutates` is true when JSONata would write into its input: `[]` and grouping mark or fill the arrays they meet,
 * and `| … |` changes whatever its pattern reaches.
 */
export function prepareTree(ast: jsonata.ExprNode): { readonly mutates: boolean } {
  let mutates = false
  const open: unknown[] = [ast]
  while (open.length > 0) {
    const node = open.pop()
    if (typeof node !== 'object' || node === null || node instanceof RegExp) continue
    for (const member of Object.values(node)) open.push(member)
    const { type, value, keepArray, keepSingletonArray, group } = node as Node
    if (type === 'regex') compilePattern(value as RegExp)
    if (type === 'wildcard') callWildcard(node as Node)
    if (type === 'transform' || group !== undefined || keepArray || keepSingletonArray) mutates = true
  }
  return { mutates }
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
