/** What is used of WebAssembly: Node's types leave it to the DOM's. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer
}
export interface WasmTable {
  readonly length: number
  grow(by: number): number
  set(at: number, value: WasmFunction): void
}
export type WasmFunction = (...values: never[]) => unknown
/** A module, compiled. */
export type WasmModule = object

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly Instance: new (module: WasmModule, imports: object) => WasmInstance
}

export const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }
