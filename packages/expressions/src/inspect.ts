import { type Json, MillraceError } from '@millrace/contracts'
import { parseExpression } from './expression.js'
import { escapePointer } from './template/compile.js'
import { scanTemplate } from './template/scan.js'
import { type UnknownName, unknownNames } from './unknown-names.js'

/** What can be read off an expression without data. */
export interface ExpressionFacts {
  /** RFC 6901, relative to the params. */
  readonly pointer: string
  readonly source: string
  /** Ids in `steps.<id>`. */
  readonly steps: readonly string[]
  readonly syntaxError: string | null
  /** Names that nothing has which an expression can read, with the one that may have been meant. */
  readonly unknown: readonly UnknownName[]
}

export interface ExpressionChecker {
  /** Every expression of a params tree. */
  inspectParams(params: Record<string, Json>): readonly ExpressionFacts[]
  inspectExpression(source: string): ExpressionFacts
}

export const createExpressionChecker = (): ExpressionChecker => ({ inspectParams, inspectExpression })

export function inspectExpression(source: string, pointer = ''): ExpressionFacts {
  // A definition may hold 10,000 faulty expressions, and half of the work would go into stacks that nobody sees.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    const tree = parseExpression(source)
    return { pointer, source, steps: stepsOf(tree), syntaxError: null, unknown: unknownNames(tree) }
  } catch (error) {
    return { pointer, source, steps: [], syntaxError: messageOf(error), unknown: [] }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

export function inspectParams(params: Record<string, Json>): ExpressionFacts[] {
  const facts: ExpressionFacts[] = []
  collect(params, '', facts)
  return facts
}

function collect(value: Json, pointer: string, facts: ExpressionFacts[]): void {
  if (typeof value === 'string') return collectText(value, pointer, facts)
  if (value === null || typeof value !== 'object') return
  for (const [key, member] of Object.entries(value))
    collect(member, `${pointer}/${escapePointer(key)}`, facts)
}

function collectText(text: string, pointer: string, facts: ExpressionFacts[]): void {
  if (!text.includes('{{')) return
  try {
    for (const part of scanTemplate(text)) {
      if (part.kind === 'expression') facts.push(inspectExpression(part.source, pointer))
    }
  } catch (error) {
    facts.push({ pointer, source: text, steps: [], syntaxError: messageOf(error), unknown: [] })
  }
}

const messageOf = (error: unknown): string =>
  error instanceof MillraceError || error instanceof Error ? error.message : String(error)

/** Walks the syntax tree, whatever its nodes are called, for paths that begin `steps.<id>`. */
function stepsOf(tree: unknown): string[] {
  const ids = new Set<string>()
  const open: unknown[] = [tree]
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue
    const { type, steps } = node as { type?: unknown; steps?: readonly PathStep[] }
    if (type === 'path' && steps !== undefined) addStep(steps, ids)
    for (const key in node) open.push((node as Record<string, unknown>)[key])
  }
  return [...ids]
}

interface PathStep {
  readonly type?: unknown
  readonly value?: unknown
}

/** `steps.<id>`, or the same behind `$` or `$$`. */
function addStep(path: readonly PathStep[], ids: Set<string>): void {
  const [first] = path
  const [root, id] =
    first?.type === 'variable' && (first.value === '' || first.value === '$') ? path.slice(1) : path
  if (root?.value === 'steps' && id?.type === 'name') ids.add(String(id.value))
}
