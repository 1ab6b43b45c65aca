import { MillraceError, stringifyJson } from '@millrace/contracts'
import { compileExpression } from '@millrace/expressions'
import { nearestName } from '@millrace/expressions/names'
import { splitTemplate } from '../../../components/expressions/template.js'
import { SHOWN_CHARACTERS } from './protocol.js'
import { type SampleScope, typeName } from './scope.js'

/**
 * What an expression gives on a sample, as text to show. It runs in a worker of its own (evaluation.worker.ts),
 * which is ended when the evaluator's guards do not hold. The evaluator is that of the runs: what it gives or refuses
 * here, a run gives or refuses.
 */

export type Preview =
  | {
      readonly kind: 'value'
      readonly type: string
      readonly text: string
      readonly cut: boolean
      /** A part of it leads nowhere. */
      readonly hint?: string | undefined
    }
  /** A path that leads nowhere: allowed, and mostly a mistake. */
  | { readonly kind: 'nothing'; readonly hint: string | undefined }
  | { readonly kind: 'error'; readonly message: string; readonly hint: string | undefined }

/** @param isSource true where the text is one expression, with or without braces around it. */
export const preview = async (
  text: string,
  isSource: boolean,
  scope: SampleScope,
  limit: number = SHOWN_CHARACTERS,
): Promise<Preview> => {
  const parts = splitTemplate(text)
  const only = parts.length === 1 ? parts[0] : undefined
  if (isSource && !text.trimStart().startsWith('{{')) return previewSource(text, scope, limit)
  if (only?.kind === 'expression') return previewSource(only.source, scope, limit)
  let joined = ''
  for (const part of parts) {
    if (part.kind === 'text') {
      joined += part.text.replaceAll('\\{{', '{{')
      continue
    }
    const result = await run(part.source, scope)
    if (result.kind === 'error') return result
    joined += result.kind === 'nothing' ? '' : toText(result.value)
  }
  return show(joined, limit)
}

const previewSource = async (source: string, scope: SampleScope, limit: number): Promise<Preview> => {
  if (source.trim() === '') return { kind: 'error', message: 'There is no expression yet', hint: undefined }
  const result = await run(source, scope)
  if (result.kind !== 'value') return result
  const shown = show(result.value, limit)
  return result.hint === undefined ? shown : { ...shown, hint: result.hint }
}

type Result =
  | { readonly kind: 'value'; readonly value: unknown; readonly hint: string | undefined }
  | Exclude<Preview, { kind: 'value' }>

const run = async (source: string, scope: SampleScope): Promise<Result> => {
  try {
    const expression = compileExpression(source)
    const value: unknown = await expression.evaluate({ ...scope })
    const hint = hintFor(expression.tree, scope)
    return value === undefined
      ? { kind: 'nothing', hint: hint ?? hintForName(expression.tree, scope) }
      : { kind: 'value', value, hint }
  } catch (error) {
    return { kind: 'error', message: messageOf(error), hint: undefined }
  }
}

const show = (value: unknown, limit: number): Extract<Preview, { kind: 'value' }> => {
  const text = typeof value === 'string' ? stringifyJson(value.slice(0, limit + 1)) : toText(value)
  const cut = text.length > limit
  return { kind: 'value', type: typeName(value), text: cut ? text.slice(0, limit) : text, cut }
}

const toText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? stringifyJson(value) : String(value)
}

/** As JSONata parses, of which its published types know only a part. */
interface TreeNode {
  readonly type: string
  readonly value?: unknown
  readonly steps?: readonly TreeNode[]
}

/** The first path from the scope's own members that leads off the data, and what may have been meant. */
const hintFor = (ast: unknown, scope: SampleScope): string | undefined => {
  if (Array.isArray(ast)) return firstHint(ast, scope)
  if (typeof ast !== 'object' || ast === null) return undefined
  if (isTreeNode(ast)) {
    const hint = hintForPath(ast.type === 'path' ? (ast.steps ?? []) : [ast], scope)
    if (hint !== undefined) return hint
  }
  return firstHint(Object.values(ast), scope)
}

const firstHint = (inner: readonly unknown[], scope: SampleScope): string | undefined => {
  for (const each of inner) {
    const hint = hintFor(each, scope)
    if (hint !== undefined) return hint
  }
  return undefined
}

const isTreeNode = (value: object): value is TreeNode => 'type' in value && typeof value.type === 'string'

/** Paths that begin with another name are read from somewhere else, such as an item of a list. */
const hintForPath = (steps: readonly TreeNode[], scope: SampleScope): string | undefined => {
  const [first] = steps
  if (first?.type !== 'name' || typeof first.value !== 'string' || !Object.hasOwn(scope, first.value))
    return undefined
  let here: unknown = scope
  for (const step of steps) {
    if (step.type !== 'name' || typeof step.value !== 'string') return undefined
    const holder: unknown = Array.isArray(here) ? here[0] : here
    if (typeof holder !== 'object' || holder === null) return `nothing is inside ${typeName(holder)}`
    const names = Object.keys(holder)
    if (!names.includes(step.value)) return missing(step.value, names)
    here = Object.entries(holder).find(([name]) => name === step.value)?.[1]
  }
  return undefined
}

/** An expression that begins with no member of the scope at all. */
const hintForName = (ast: TreeNode, scope: SampleScope): string | undefined => {
  const first = ast.type === 'path' ? ast.steps?.[0] : ast
  return first?.type === 'name' && typeof first.value === 'string' && !Object.hasOwn(scope, first.value)
    ? missing(first.value, Object.keys(scope))
    : undefined
}

const missing = (name: string, names: readonly string[]): string => {
  const meant = nearestName(name, names)
  if (meant !== undefined) return `there is no ${name}; did you mean ${meant}?`
  return names.length === 0
    ? `there is no ${name}`
    : `there is no ${name}; there is ${names.slice(0, 6).join(', ')}`
}

/** Without the source behind it, which stands above. */
const messageOf = (error: unknown): string => {
  const cause: unknown = error instanceof MillraceError ? error.cause : error
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause)
}
