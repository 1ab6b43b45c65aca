import { stringifyJson } from '@millrace/contracts'
import type { Screen } from './console/renderer.js'
import { type Colors, createColors } from './console/theme.js'

/** What the CLI may touch of the process around it. */
export interface Terminal {
  readonly out: Screen
  readonly err: Screen
  /** True when a person looks at `out`. */
  readonly tty: boolean
  readonly color: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  /** Asks a person; undefined where there is none. */
  readonly ask: ((question: string, options: { hidden: boolean }) => Promise<string>) | undefined
  /** All of standard input, as UTF-8. */
  readonly readInput: () => Promise<Uint8Array>
  /** From this call on, the first Ctrl-C aborts the signal instead of ending the process. */
  readonly catchInterrupt: () => AbortSignal
}

export const colorsOf = (terminal: Terminal): Colors => createColors(terminal.color)

export const printLine = (terminal: Terminal, text: string): void => {
  terminal.out.write(`${text}\n`)
}

export const printJson = (terminal: Terminal, value: unknown): void => {
  terminal.out.write(`${stringifyJson(value, 2)}\n`)
}
