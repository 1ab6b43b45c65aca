import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSWASMModule,
  RELEASE_SYNC,
} from 'quickjs-emscripten'
import { type WasmInstance, type WasmMemory, type WasmModule, type WasmTable, wasm } from './web-assembly.js'

/** WebAssembly's, in bytes. */
const PAGE = 65_536
/** What QuickJS itself begins with, fixed when it was built; it uses little of it. */
const INITIAL_PAGES = 256
const EXPORT_SECTION = 7
const TABLE_NAME = 'functions'

export interface LoadedQuickJs {
  readonly quickjs: QuickJSWASMModule
  readonly memory: WasmMemory
  /** What its pointers to functions are indices of. */
  readonly functions: WasmTable
}

let compiled: Promise<WasmModule> | undefined

/** QuickJS in a memory that cannot grow beyond this; at least 16 MB are taken. */
export async function loadQuickJs(memoryBytes: number): Promise<LoadedQuickJs> {
  compiled ??= compile()
  const module = await compiled
  const memory = new wasm.Memory({
    initial: INITIAL_PAGES,
    maximum: Math.max(INITIAL_PAGES, Math.ceil(memoryBytes / PAGE)),
  })
  let instance: WasmInstance | undefined
  const emscriptenModule = {
    print: () => {},
    printErr: () => {},
    instantiateWasm: (imports: object, receive: (made: WasmInstance) => void) => {
      instance = new wasm.Instance(module, imports)
      receive(instance)
      return instance.exports
    },
  }
  const quickjs = await newQuickJSWASMModuleFromVariant(
    newVariant(RELEASE_SYNC, { wasmMemory: memory as never, emscriptenModule: emscriptenModule as never }),
  )
  return { quickjs, memory, functions: instance!.exports[TABLE_NAME] as WasmTable }
}

const compile = async (): Promise<WasmModule> => {
  const file = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
  return wasm.compile(withTable(await readFile(file)))
}

/** The same module with its table among the exports, where a function of ours can be put. Its format: webassembly.org, 5.5. */
function withTable(bytes: Uint8Array): Uint8Array {
  const from = 8
  for (let at = from; at < bytes.length; ) {
    const size = readInteger(bytes, at + 1)
    const end = size.next + size.value
    if (bytes[at] === EXPORT_SECTION) {
      const count = readInteger(bytes, size.next)
      const table = [TABLE_NAME.length, ...Buffer.from(TABLE_NAME), 1, 0]
      const content = [...integer(count.value + 1), ...bytes.subarray(count.next, end), ...table]
      const section = [EXPORT_SECTION, ...integer(content.length), ...content]
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(section), bytes.subarray(end)])
    }
    at = end
  }
  throw new Error('the build of QuickJS exports nothing')
}

/** LEB128, unsigned. */
function readInteger(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let [next, shift] = [at, 0]; ; shift += 7) {
    const byte = bytes[next++]!
    value |= (byte & 127) << shift
    if (byte < 128) return { value, next }
  }
}

const integer = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...integer(value >>> 7)]
