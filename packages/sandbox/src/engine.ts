import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSWASMModule,
  RELEASE_SYNC,
} from 'quickjs-emscripten'

/** WebAssembly's, in bytes. */
const PAGE = 65_536
/** What QuickJS itself begins with, fixed when it was built; it uses little of it. */
const INITIAL_PAGES = 256

/** Node's types leave this to the DOM's. */
declare const WebAssembly: {
  Memory: new (descriptor: { initial: number; maximum: number }) => object
}

/**
 * QuickJS in a WebAssembly memory that cannot grow beyond what scripts may use. QuickJS's own limit does not do:
 * compiled this way it counts the number of allocations, not their sizes, and a script filled 2 GB with it set to 64 MB.
 */
export interface Engine {
  readonly quickjs: QuickJSWASMModule
  readonly memoryBytes: number
  /** Set when a script has left it in a state that it cannot go on from. */
  broken: boolean
}

/** `memoryBytes`: at least 16 MB are taken. */
export async function loadEngine(memoryBytes: number): Promise<Engine> {
  const wasmMemory = new WebAssembly.Memory({
    initial: INITIAL_PAGES,
    maximum: Math.max(INITIAL_PAGES, Math.ceil(memoryBytes / PAGE)),
  })
  const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory }))
  return { quickjs, memoryBytes, broken: false }
}
