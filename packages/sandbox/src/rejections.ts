import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten'
import type { LoadedQuickJs } from './quickjs.js'
import { type WasmFunction, wasm } from './web-assembly.js'

/**
 * Hands a function of ours on as one of WebAssembly with the type that QuickJS calls: context, promise, reason, whether it
 * is handled, opaque; that is (i32, i64, i64, i32, i32). A module of one import that is its export.
 */
const HAND_ON = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 9, 1, 0x60, 5, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0],
  ...[2, 7, 1, 1, 0x68, 1, 0x74, 0, 0],
  ...[7, 5, 1, 1, 0x74, 0, 0],
])
/** Words of QuickJS's runtime that are looked at. */
const RUNTIME_WORDS = 200
/** In the runtime, the hook for rejections stands behind that for interrupts and what is given to it. */
const BEHIND_INTERRUPT = 2

/**
 * Promises of a script that are rejected, and that nothing handles. QuickJS tells its host of them by a hook that the library
 * does not pass on, so it is set in the runtime's memory; `watch` makes sure that it works.
 *
 * Owns: which they are, of one engine. Each is held until it is handled, so that its place in memory is not another's.
 */
export class Rejections {
  /** Where the promises are in memory. */
  readonly #open = new Set<number>()

  private constructor(
    private readonly context: QuickJSContext,
    private readonly memory: LoadedQuickJs['memory'],
  ) {}

  /** Throws Error where this build of QuickJS is not as expected. Interrupts are to be set after it. */
  static watch(loaded: LoadedQuickJs, runtime: QuickJSRuntime, context: QuickJSContext): Rejections {
    const rejections = new Rejections(context, loaded.memory)
    const tell: WasmFunction = (_context: number, promise: bigint, _reason: bigint, handled: number) =>
      rejections.#heard(Number(BigInt.asUintN(32, promise)), handled !== 0)
    const { exports } = new wasm.Instance(new wasm.Module(HAND_ON), { h: { t: tell } })
    const at = loaded.functions.grow(1)
    loaded.functions.set(at, exports['t'] as WasmFunction)
    rejections.#words(runtime['rt'].value)[hookOf(loaded, runtime)] = at
    context.unwrapResult(context.evalCode('Promise.reject(1), 0'))
    if (rejections.#open.size !== 1) throw new Error('this build of QuickJS does not tell of rejections')
    rejections.clear()
    return rejections
  }

  /** The first of them; undefined almost always. */
  get first(): QuickJSHandle | undefined {
    const [promise] = this.#open
    if (promise === undefined) return undefined
    const handle = this.context.newObject()
    // A handle is where a value is: its lower half says which object it is.
    this.#words(handle.value)[0] = promise
    return handle
  }

  clear(): void {
    this.#open.clear()
  }

  #heard(promise: number, isHandled: boolean): void {
    // An object begins with the number of references to it.
    const references = this.#words(promise)
    if (!isHandled && !this.#open.has(promise)) {
      this.#open.add(promise)
      references[0]!++
    } else if (isHandled && this.#open.delete(promise)) references[0]!--
  }

  /** Anew each time: a memory that grows has another buffer. */
  #words(at: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, 1 + RUNTIME_WORDS)
  }
}

/** Which word of the runtime the hook is: the one of interrupts is that which changes with them. */
function hookOf({ memory }: LoadedQuickJs, runtime: QuickJSRuntime): number {
  const words = () => new Uint32Array(memory.buffer, runtime['rt'].value, RUNTIME_WORDS).slice()
  runtime.removeInterruptHandler()
  const without = words()
  runtime.setInterruptHandler(() => false)
  const interrupts = words().findIndex((word, at) => word !== without[at])
  runtime.removeInterruptHandler()
  return interrupts + BEHIND_INTERRUPT
}
