import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten'
import { CpuBudget } from './budget.js'
import { defineScript } from './define-script.js'
import { describeThrown } from './describe-thrown.js'
import type { Engine } from './engine.js'
import type { LogLine, ThreadAnswer, ThreadRequest } from './protocol.js'
import { ScriptLogs } from './script-logs.js'

/** Promise jobs between two looks at the clock. */
const JOBS_AT_ONCE = 1_000
/** All that a script may wait with timers: it holds its thread meanwhile. Milliseconds. */
const MAX_WAIT_MS = 1_000

/**
 * Runs one script to its end: nothing is left of an earlier one, and nothing of the host is in reach but pure functions.
 * Globals go in and the result comes out as JSON text. `printed` is told of lines that must not wait for the answer.
 */
export function runScript(
  engine: Engine,
  request: ThreadRequest,
  printed: (lines: readonly LogLine[]) => void,
): ThreadAnswer {
  const logs = new ScriptLogs()
  const budget = new CpuBudget(request.timeoutMs)
  const interrupt = () => {
    const overdue = logs.overdue()
    if (overdue.length > 0) printed(overdue)
    return budget.isSpent
  }
  engine.reset(request.owner, { print: (line) => logs.add(line), interrupt })
  try {
    const value = new Script(engine, budget, interrupt).run(request)
    return { kind: 'value', value, logs: logs.take() }
  } catch (error) {
    engine.broken = !(error instanceof ScriptError)
    const message = error instanceof Error ? error.message : String(error)
    if (budget.isSpent)
      return { kind: 'limit', message: `it ran longer than ${request.timeoutMs} ms`, logs: logs.take() }
    // Where there is no room even for its error, the engine throws null.
    if (message === 'null' && engine.isCrowded)
      return { kind: 'limit', message: 'out of memory', logs: logs.take() }
    const isLimit = engine.broken || /out of memory|stack overflow|Maximum call stack/i.test(message)
    return { kind: isLimit ? 'limit' : 'failed', message, logs: logs.take() }
  }
}

/** What the script threw, or why its result is none. Anything else comes from the engine, as when a bomb has filled its memory. */
class ScriptError extends Error {}

type Result = ReturnType<QuickJSContext['evalCode']>

class Script {
  readonly #context: QuickJSContext
  #waited = 0

  constructor(
    private readonly engine: Engine,
    private readonly budget: CpuBudget,
    private readonly interrupt: () => boolean,
  ) {
    this.#context = engine.context
  }

  /** Handles are not freed: the memory that they point into is set back as a whole. */
  run({ globals, code }: ThreadRequest): string | undefined {
    const { define, encode } = this.engine.kernel
    this.#call(define, this.#context.newString(globals))
    const returned = this.#call(this.#value(defineScript(this.engine, code)))
    const text = this.#call(encode, this.#settle(returned))
    return this.#context.typeof(text) === 'string' ? this.#context.getString(text) : undefined
  }

  #call(handle: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle {
    return this.#value(this.#context.callFunction(handle, this.#context.undefined, ...args))
  }

  #value(result: Result): QuickJSHandle {
    if (result.error) throw new ScriptError(this.#describe(result.error))
    return result.value
  }

  /** All that a script can wait for is its own promises and timers. A result that is no promise is settled already. */
  #settle(returned: QuickJSHandle): QuickJSHandle {
    for (;;) {
      this.#runJobs()
      const state = this.#context.getPromiseState(returned)
      if (state.type === 'rejected') throw new ScriptError(this.#describe(state.error))
      this.#refuseRejections()
      if (state.type === 'fulfilled') return state.value
      if (!this.#fireTimer()) throw new ScriptError('the promise that it returned never settles')
    }
  }

  /** As in Node: once all that could handle it has had its turn, a rejection that nothing handles ends the script. */
  #refuseRejections(): void {
    const { first } = this.engine.rejections
    if (first === undefined) return
    const state = this.#context.getPromiseState(first)
    if (state.type === 'rejected')
      throw new ScriptError(`unhandled rejection: ${this.#describe(state.error)}`)
  }

  #runJobs(): void {
    const { runtime } = this.#context
    while (runtime.hasPendingJob()) {
      if (this.budget.isSpent) throw new ScriptError('its promises never end')
      const { error } = runtime.executePendingJobs(JOBS_AT_ONCE)
      if (error) throw new ScriptError(this.#describe(error))
    }
  }

  /** Lets time pass until the next timer is due; false when there is none. */
  #fireTimer(): boolean {
    const { next, fire } = this.engine.kernel
    const ms = this.#context.getNumber(this.#call(next))
    if (ms < 0) return false
    this.#waited += ms
    if (this.#waited > MAX_WAIT_MS)
      throw new ScriptError(
        `it waits more than ${MAX_WAIT_MS} ms with timers: use a node of type flow.delay, which holds no thread`,
      )
    this.interrupt()
    if (ms > 0) Atomics.wait(CLOCK, 0, 0, ms)
    this.#call(fire)
    return true
  }

  #describe(thrown: QuickJSHandle): string {
    const { text, line } = describeThrown(this.engine, thrown)
    return line === undefined ? text : `${text} (line ${line})`
  }
}

/** Nobody wakes it: to wait on it is to let time pass. */
const CLOCK = new Int32Array(new SharedArrayBuffer(4))
