import { performance } from 'node:perf_hooks'
import { type QuickJSContext, type QuickJSHandle, type QuickJSWASMModule, Scope } from 'quickjs-emscripten'
import { defineConsole } from './console.js'
import type { Engine } from './engine.js'
import { DEFINE_GLOBALS } from './globals.js'
import type { LogLine, ThreadAnswer, ThreadRequest } from './protocol.js'

const STACK_BYTES = 512 * 1024
const SCRIPT_NAME = 'script.js'
/** Lines of our own in front of the user's code. */
const PROLOGUE_LINES = 1
/** Promise jobs between two looks at the clock. */
const JOBS_AT_ONCE = 1_000

/**
 * Runs one script to its end in a new runtime: nothing is left of an earlier one, and nothing of the host is in
 * reach but `console`. Globals go in and the result comes out as JSON text.
 */
export function runScript(engine: Engine, request: ThreadRequest): ThreadAnswer {
  const { id } = request
  const logs: LogLine[] = []
  const deadline = performance.now() + request.timeoutMs
  const isLate = () => performance.now() > deadline
  try {
    return { id, kind: 'value', value: runInside(engine.quickjs, request, logs, isLate), logs }
  } catch (error) {
    engine.broken = !(error instanceof ScriptError)
    if (isLate()) return { id, kind: 'limit', message: `it ran longer than ${request.timeoutMs} ms`, logs }
    const message = error instanceof Error ? error.message : String(error)
    const isLimit = engine.broken || /out of memory|stack overflow|Maximum call stack/i.test(message)
    return { id, kind: isLimit ? 'limit' : 'failed', message, logs }
  }
}

/** Throws ScriptError; anything else comes from the engine itself, as when a bomb has filled its memory. */
function runInside(
  quickjs: QuickJSWASMModule,
  request: ThreadRequest,
  logs: LogLine[],
  isLate: () => boolean,
): string | undefined {
  const runtime = quickjs.newRuntime({
    memoryLimitBytes: request.memoryBytes,
    maxStackSizeBytes: STACK_BYTES,
    interruptHandler: isLate,
  })
  try {
    const context = runtime.newContext()
    try {
      defineConsole(context, logs)
      return Scope.withScope((scope) => evaluate(scope, context, request, isLate))
    } finally {
      context.dispose()
    }
  } finally {
    runtime.dispose()
  }
}

/** What the script threw, or why its result is none. */
class ScriptError extends Error {}

function evaluate(
  scope: Scope,
  context: QuickJSContext,
  { globals, code }: ThreadRequest,
  isLate: () => boolean,
): string | undefined {
  const hold = (result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle => {
    if (result.error) throw new ScriptError(describe(context, scope.manage(result.error)))
    return scope.manage(result.value)
  }
  // Taken before the script can replace it: whatever the script returns, what crosses over is JSON.
  const stringify = hold(context.evalCode('JSON.stringify'))
  const define = hold(context.evalCode(DEFINE_GLOBALS))
  hold(context.callFunction(define, context.undefined, scope.manage(context.newString(globals))))
  // A function body: `return` gives the result. A script that closes it early only confuses itself.
  const returned = hold(context.evalCode(`(function () {\n${code}\n}).call(undefined)`, SCRIPT_NAME))
  runJobs(scope, context, isLate)
  const result = settled(scope, context, returned)
  const type = context.typeof(result)
  if (type === 'undefined') return undefined
  if (type === 'function' || type === 'symbol')
    throw new ScriptError(`the result is a ${type}, which is not JSON`)
  const text = hold(context.callFunction(stringify, context.undefined, result))
  return context.typeof(text) === 'string' ? context.getString(text) : undefined
}

/** All that a script can wait for is its own promises. */
function runJobs(scope: Scope, { runtime }: QuickJSContext, isLate: () => boolean): void {
  while (runtime.hasPendingJob()) {
    if (isLate()) throw new ScriptError('its promises never end')
    const { error } = runtime.executePendingJobs(JOBS_AT_ONCE)
    if (error) throw new ScriptError(describe(error.context, scope.manage(error)))
  }
}

/** A result that is no promise is settled already. */
function settled(scope: Scope, context: QuickJSContext, handle: QuickJSHandle): QuickJSHandle {
  const state = context.getPromiseState(handle)
  if (state.type === 'fulfilled') return scope.manage(state.value)
  if (state.type === 'rejected') throw new ScriptError(describe(context, scope.manage(state.error)))
  throw new ScriptError('the promise that it returned never settles')
}

function describe(context: QuickJSContext, error: QuickJSHandle): string {
  const thrown: unknown = context.dump(error)
  if (typeof thrown !== 'object' || thrown === null) return String(thrown)
  const { name, message, stack } = thrown as { name?: unknown; message?: unknown; stack?: unknown }
  const line = new RegExp(`${SCRIPT_NAME}:(\\d+)`).exec(String(stack ?? ''))?.[1]
  const place = line === undefined ? '' : ` (line ${Number(line) - PROLOGUE_LINES})`
  return `${String(name ?? 'Error')}: ${String(message)}${place}`
}
