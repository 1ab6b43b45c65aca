import { performance } from 'node:perf_hooks'
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten'
import type { LogLine, ThreadAnswer, ThreadRequest } from './protocol.js'

const STACK_BYTES = 512 * 1024
const MAX_LOG_LINES = 1_000
const MAX_LOG_CHARACTERS = 10_000
/** Lines of our own in front of the user's code. */
const PROLOGUE_LINES = 1

/**
 * Runs one script to its end in a new runtime: nothing is left of an earlier one, and nothing of the host is in
 * reach but `console`. Globals go in and the result comes out as JSON text.
 */
export function runScript(quickjs: QuickJSWASMModule, request: ThreadRequest): ThreadAnswer {
  const { id } = request
  const logs: LogLine[] = []
  const runtime = quickjs.newRuntime({
    memoryLimitBytes: request.memoryBytes,
    maxStackSizeBytes: STACK_BYTES,
  })
  let late = false
  const deadline = performance.now() + request.timeoutMs
  runtime.setInterruptHandler(() => {
    late = performance.now() > deadline
    return late
  })
  try {
    const context = runtime.newContext()
    try {
      defineConsole(context, logs)
      const outcome = evaluate(runtime, context, request)
      if (outcome.kind === 'value') return { id, logs, ...outcome }
      if (late)
        return { id, kind: 'limit', message: `the script ran longer than ${request.timeoutMs} ms`, logs }
      const limit = /out of memory|stack overflow|Maximum call stack/i.test(outcome.message)
      return { id, kind: limit ? 'limit' : 'failed', message: outcome.message, logs }
    } finally {
      context.dispose()
    }
  } catch (error) {
    // The engine itself gave up: a bomb that filled its memory.
    return { id, kind: 'limit', message: `the script was stopped: ${String(error)}`, logs }
  } finally {
    disposeQuietly(runtime)
  }
}

type Outcome =
  | { readonly kind: 'value'; readonly value: string | undefined }
  | { readonly kind: 'failed'; readonly message: string }

function evaluate(runtime: QuickJSRuntime, context: QuickJSContext, request: ThreadRequest): Outcome {
  const globals = context.newString(request.globals)
  context.setProp(context.global, '__globals', globals)
  globals.dispose()
  const prepared = context.evalCode(
    '{ const g = JSON.parse(__globals); delete globalThis.__globals; for (const k of Object.keys(g)) globalThis[k] = g[k] }',
  )
  if (prepared.error) return failure(context, prepared.error)
  prepared.value.dispose()
  // A function body: `return` gives the result. Stringified inside, so that only text crosses over.
  const result = context.evalCode(
    `(function () { const __value = (function () {\n${request.code}\n}).call(undefined); return __value === undefined ? undefined : JSON.stringify(__value) })()`,
    'script.js',
  )
  if (result.error) return failure(context, result.error)
  const { value: handle } = result
  const value = context.typeof(handle) === 'string' ? context.getString(handle) : undefined
  handle.dispose()
  runtime.executePendingJobs(0)
  return { kind: 'value', value }
}

function failure(context: QuickJSContext, error: QuickJSHandle): Outcome {
  const dumped: unknown = context.dump(error)
  error.dispose()
  if (typeof dumped !== 'object' || dumped === null) return { kind: 'failed', message: String(dumped) }
  const { name, message, stack } = dumped as { name?: unknown; message?: unknown; stack?: unknown }
  const line = /script\.js:(\d+)/.exec(String(stack ?? ''))?.[1]
  const place = line === undefined ? '' : ` (line ${Number(line) - PROLOGUE_LINES})`
  return { kind: 'failed', message: `${String(name ?? 'Error')}: ${String(message)}${place}` }
}

function defineConsole(context: QuickJSContext, logs: LogLine[]): void {
  const console = context.newObject()
  for (const [method, level] of [
    ['debug', 'debug'],
    ['log', 'info'],
    ['info', 'info'],
    ['warn', 'warn'],
    ['error', 'error'],
  ] as const) {
    const print = context.newFunction(method, (...handles) => {
      if (logs.length >= MAX_LOG_LINES) return
      const message = handles
        .map((handle) => toText(context.dump(handle)))
        .join(' ')
        .slice(0, MAX_LOG_CHARACTERS)
      logs.push({ level, message })
    })
    context.setProp(console, method, print)
    print.dispose()
  }
  context.setProp(context.global, 'console', console)
  console.dispose()
}

const toText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))

/** After a memory bomb the runtime may hold objects that it cannot free; the thread is replaced then. */
function disposeQuietly(runtime: QuickJSRuntime): void {
  try {
    runtime.dispose()
  } catch {
    process.exit(1)
  }
}
