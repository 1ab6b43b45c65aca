import type { WasmMemory } from './web-assembly.js'

/** Bytes; a WebAssembly memory is made of whole ones. */
const PAGE = 4_096

/**
 * A WebAssembly memory as it was at one moment. Most of it is zero then: only the pages that are not are kept and written
 * back.
 */
export class MemoryImage {
  readonly #parts: readonly { readonly at: number; readonly bytes: Uint8Array }[]
  readonly #end: number

  constructor(readonly memory: WasmMemory) {
    const bytes = new Uint8Array(memory.buffer)
    this.#parts = filledParts(bytes).map(([from, to]) => ({ at: from, bytes: bytes.slice(from, to) }))
    const last = this.#parts.at(-1)
    this.#end = last === undefined ? 0 : last.at + last.bytes.length
  }

  /**
   * Writes the image back. `used`: what it did not have stays as it is, out of reach behind an allocator that does not know
   * of it; `all`: it is wiped too.
   */
  restore(what: 'used' | 'all'): void {
    const bytes = new Uint8Array(this.memory.buffer)
    if (what === 'all') bytes.fill(0, this.#end)
    for (const part of this.#parts) bytes.set(part.bytes, part.at)
  }
}

/** Ranges of neighbouring pages with anything in them. */
function filledParts(bytes: Uint8Array): [number, number][] {
  const words = new BigUint64Array(bytes.buffer)
  const ranges: [number, number][] = []
  for (let from = 0; from < bytes.length; from += PAGE) {
    const page = words.subarray(from / 8, (from + PAGE) / 8)
    if (page.every((word) => word === 0n)) continue
    const last = ranges.at(-1)
    if (last?.[1] === from) last[1] = from + PAGE
    else ranges.push([from, from + PAGE])
  }
  return ranges
}
