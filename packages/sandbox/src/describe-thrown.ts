import type { QuickJSHandle } from 'quickjs-emscripten'
import type { Engine } from './engine.js'

/** Lines of our own in front of the user's code. */
const PROLOGUE_LINES = 1
const PLACE = /script\.js:(\d+)(?::(\d+))?/

/** What a script threw, for a person. Lines and columns are as the author counts, from 1. */
export interface Thrown {
  readonly text: string
  /** Of an error: `SyntaxError`. */
  readonly name?: string | undefined
  readonly message?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
}

export function describeThrown({ context, kernel }: Engine, thrown: QuickJSHandle): Thrown {
  const described = context.callFunction(kernel.describe, context.undefined, thrown)
  if (described.error) return { text: 'it threw something that cannot be read' }
  const { text, name, message, stack } = JSON.parse(context.getString(described.value)) as Partial<
    Record<'text' | 'name' | 'message' | 'stack', string>
  >
  if (text !== undefined) return { text }
  const [, line, column] = PLACE.exec(stack ?? '') ?? []
  return {
    text: `${name}: ${message}`,
    name,
    message,
    line: line === undefined ? undefined : lineOfAuthor(Number(line)),
    column: column === undefined ? undefined : Number(column),
  }
}

/** What fails before the first statement, the engine places in the line that opens our function. */
const lineOfAuthor = (line: number): number => Math.max(1, line - PROLOGUE_LINES)
