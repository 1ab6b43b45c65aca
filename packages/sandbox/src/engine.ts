import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten'
import { answerHost, readLine } from './host.js'
import { KERNEL } from './inside/kernel.js'
import { MemoryImage } from './memory-image.js'
import type { LogLine } from './protocol.js'
import { loadQuickJs } from './quickjs.js'
import { Rejections } from './rejections.js'

/** A script that has filled more leaves an engine that is not kept: its memory cannot shrink. Bytes. */
const KEPT_BYTES = 24 * 1024 * 1024
const STACK_BYTES = 512 * 1024

/** What a script and its engine ask while it runs. */
export interface ScriptHost {
  print(line: LogLine): void
  /** True ends the script. Asked every few thousand instructions. */
  interrupt(): boolean
}

/** What stands in every script's world before it, by name: see `KERNEL`. */
const KERNEL_CALLS = ['define', 'encode', 'describe', 'next', 'fire'] as const
export type KernelCalls = Record<(typeof KERNEL_CALLS)[number], QuickJSHandle>

/**
 * QuickJS in a WebAssembly memory that cannot grow beyond what scripts may use (its own limit counts the number of
 * allocations when it is compiled this way, not their sizes: a script filled 2 GB with it set to 64 MB).
 *
 * 1. Each script finds the same memory, byte for byte: the image taken when the world of a script had just been made.
 *    So nothing is left of an earlier script, and a script costs 5 µs to set up where a runtime of its own took 330.
 * 2. Handles made since the image was taken are never used or freed after the next `reset`.
 * 3. An engine that something unexpected happened in is `broken` and never used again.
 */
export class Engine {
  broken = false
  #owner: string | undefined

  private constructor(
    readonly memoryBytes: number,
    readonly context: QuickJSContext,
    readonly kernel: KernelCalls,
    readonly rejections: Rejections,
    private readonly image: MemoryImage,
    private readonly link: { host: ScriptHost },
  ) {}

  /** `memoryBytes`: at least 16 MB are taken. */
  static async load(memoryBytes: number): Promise<Engine> {
    const loaded = await loadQuickJs(memoryBytes)
    const link = { host: SILENT }
    const runtime = loaded.quickjs.newRuntime({
      memoryLimitBytes: memoryBytes,
      maxStackSizeBytes: STACK_BYTES,
    })
    const context = runtime.newContext()
    const rejections = Rejections.watch(loaded, runtime, context)
    runtime.setInterruptHandler(() => link.host.interrupt())
    const kernel = makeKernel(context, link)
    return new Engine(memoryBytes, context, kernel, rejections, new MemoryImage(loaded.memory), link)
  }

  /** True while it may take another script. */
  get isUsable(): boolean {
    return !this.broken && this.image.memory.buffer.byteLength <= KEPT_BYTES
  }

  /** Its memory has grown to more than half of what it may be: only a script that asks for the rest makes it do so. */
  get isCrowded(): boolean {
    return this.image.memory.buffer.byteLength > this.memoryBytes / 2
  }

  /** The world as it was before any script, for one of `owner`'s. */
  reset(owner: string, host: ScriptHost): void {
    this.image.restore(this.#owner === undefined || this.#owner === owner ? 'used' : 'all')
    this.#owner = owner
    this.rejections.clear()
    this.link.host = host
  }
}

const SILENT: ScriptHost = { print: () => {}, interrupt: () => false }

function makeKernel(context: QuickJSContext, link: { readonly host: ScriptHost }): KernelCalls {
  const host = context.newFunction('host', (question, argument) => {
    const [name, json] = [context.getString(question), context.getString(argument)]
    if (name !== 'print') return context.newString(answerHost(name, json))
    link.host.print(readLine(json))
    return context.undefined
  })
  const make = context.unwrapResult(context.evalCode(KERNEL, 'kernel.js'))
  const made = context.unwrapResult(context.callFunction(make, context.undefined, host))
  // Memoized by the library at their first use, which must not come after the image.
  void [context.global, context.true, context.false, context.null]
  return Object.fromEntries(KERNEL_CALLS.map((name) => [name, context.getProp(made, name)])) as KernelCalls
}
