import type { QuickJSContext } from 'quickjs-emscripten'
import type { LogLine } from './protocol.js'

const MAX_LINES = 1_000
const MAX_CHARACTERS = 10_000

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const

/** Gives the script a `console`: the only function of the host that it can call. */
export function defineConsole(context: QuickJSContext, logs: LogLine[]): void {
  const console = context.newObject()
  for (const [method, level] of Object.entries(LEVELS)) {
    const print = context.newFunction(method, (...handles) => {
      if (logs.length >= MAX_LINES) return
      const message = handles
        .map((handle) => toText(context.dump(handle)))
        .join(' ')
        .slice(0, MAX_CHARACTERS)
      logs.push({ level, message })
    })
    context.setProp(console, method, print)
    print.dispose()
  }
  context.setProp(context.global, 'console', console)
  console.dispose()
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
