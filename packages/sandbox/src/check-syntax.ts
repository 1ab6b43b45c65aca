import { defineScript } from './define-script.js'
import { describeThrown, type Thrown } from './describe-thrown.js'
import { Engine } from './engine.js'

/** Where a script cannot be read, and why. Lines and columns from 1, as the author counts. */
export interface ScriptSyntaxError {
  readonly message: string
  readonly line: number
  readonly column: number
}

/** What it takes at least; a syntax tree is never made. Bytes. */
const MEMORY_BYTES = 16 * 1024 * 1024
const OWNER = 'syntax'

export type SyntaxCheck = (code: string) => ScriptSyntaxError | undefined

let loading: Promise<SyntaxCheck> | undefined

/**
 * Reads scripts with the very engine that runs them, without running anything: what this refuses a run would refuse,
 * and nothing else. The same check each time, until a script has broken its engine.
 */
export const loadSyntaxCheck = (): Promise<SyntaxCheck> => {
  loading ??= Engine.load(MEMORY_BYTES).then(syntaxCheckOf)
  return loading
}

const syntaxCheckOf =
  (engine: Engine): SyntaxCheck =>
  (code) => {
    if (engine.broken) return undefined
    engine.reset(OWNER, { print: () => {}, interrupt: () => false })
    try {
      const { error } = defineScript(engine, code, true)
      return error === undefined ? undefined : syntaxError(describeThrown(engine, error), code)
    } catch {
      // Nested beyond the stack: its run will meet a limit.
      engine.broken = true
      loading = undefined
      return undefined
    }
  }

/** Undefined for what is too large to be read: it has met a limit, as its run will. */
function syntaxError(
  { name, message = '', line = 1, column = 1 }: Thrown,
  code: string,
): ScriptSyntaxError | undefined {
  if (name !== 'SyntaxError') return undefined
  const lines = code.split('\n')
  const last = lines.at(-1)!
  if (line <= lines.length) return { message, line, column }
  return {
    message: 'it ends too early: something is not closed',
    line: lines.length,
    column: last.length + 1,
  }
}
