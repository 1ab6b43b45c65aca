import { MillraceError, stringifyJson } from '@millrace/contracts'
import { compileExpression, compileText, type OnNote } from '@millrace/expressions'
import { nearestName } from '@millrace/expressions/names'
import { splitTemplate } from '../../../components/expressions/template.js'
import type { ExpressionKind } from '../../../components/schema-form/form-context.js'
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

export const preview = async (
  text: string,
  kind: ExpressionKind,
  scope: SampleScope,
  limit: number = SHOWN_CHARACTERS,
): Promise<Preview> => {
  const source = kind === 'source' ? text : onlyExpression(text)
  if (source?.trim() === '') return { kind: 'error', message: 'There is no expression yet', hint: undefined }
  try {
    const notes: string[] = []
    const value = await resolve(text, kind, scope, (note) => notes.push(note))
    const tree = source === undefined ? undefined : compileExpression(source).tree
    const hint = (tree && hintFor(tree, scope)) ?? notes[0]
    if (value === undefined) return { kind: 'nothing', hint: hint ?? (tree && hintForName(tree, scope)) }
    const shown = show(value, limit)
    return hint === undefined ? shown : { ...shown, hint }
  } catch (error) {
    return { kind: 'error', message: messageOf(error), hint: undefined }
  }
}

/** By the very functions that runs call. */
const resolve = async (
  text: string,
  kind: ExpressionKind,
  scope: SampleScope,
  onNote: OnNote,
): Promise<unknown> =>
  kind === 'source'
    ? await compileExpression(text).evaluate({ ...scope }, onNote)
    : await compileText(text, '', kind).resolve({ ...scope })

const onlyExpression = (text: string): string | undefined => {
  const [only, ...others] = splitTemplate(text)
  return only?.kind === 'expression' && others.length === 0 ? only.source : undefined
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

/** Without where it stands and the source, both of which are above. */
const messageOf = (error: unknown): string => {
  let cause: unknown = error
  while (cause instanceof MillraceError && cause.cause !== undefined) cause = cause.cause
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause)
}
