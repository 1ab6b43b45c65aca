/** What the sandbox may ask its host: pure functions from JSON to JSON, and randomness. */
export type AskHost = (question: string, argument: unknown) => unknown

/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * The parts of the web platform that need neither network nor files. What is hard to get right is asked of the host.
 */
export function installWeb(ask: AskHost): void {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
  }
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

  const encodeBase64 = (input: unknown): string => {
    const text = String(input)
    let out = ''
    for (let i = 0; i < text.length; i += 3) {
      const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)]
      if (a > 255 || b > 255 || c > 255)
        throw new RangeError('btoa takes characters up to U+00FF: encode the text first')
      const bits = (a << 16) | ((b || 0) << 8) | (c || 0)
      out += ALPHABET[bits >> 18]
      out += ALPHABET[(bits >> 12) & 63]
      out += i + 1 < text.length ? ALPHABET[(bits >> 6) & 63] : '='
      out += i + 2 < text.length ? ALPHABET[bits & 63] : '='
    }
    return out
  }
  const decodeBase64 = (input: unknown): string => {
    let text = String(input).replace(/[\t\n\f\r ]/g, '')
    if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '')
    if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) throw new RangeError('atob takes base64 only')
    let out = ''
    let bits = 0
    for (let i = 0; i < text.length; i++) {
      bits = ((bits << 6) | ALPHABET.indexOf(text.charAt(i))) & 0xffffff
      if (i % 4 > 0) out += String.fromCharCode((bits >> (6 - 2 * (i % 4))) & 255)
    }
    return out
  }

  const bytesOf = (input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array => {
    if (input === undefined) return new Uint8Array()
    return ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input)
  }
  class TextEncoder {
    readonly encoding = 'utf-8'
    encode(input: unknown = ''): Uint8Array {
      const bytes: number[] = []
      for (const character of String(input)) {
        const point = character.codePointAt(0) ?? 0
        const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
        if (code < 0x80) bytes.push(code)
        else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
        else if (code < 0x10000)
          bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
        else
          bytes.push(
            0xf0 | (code >> 18),
            0x80 | ((code >> 12) & 63),
            0x80 | ((code >> 6) & 63),
            0x80 | (code & 63),
          )
      }
      return new Uint8Array(bytes)
    }
  }
  class TextDecoder {
    readonly encoding: string
    readonly fatal: boolean
    readonly ignoreBOM: boolean
    constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
      this.encoding = String(ask('encodingOf', String(label)))
      this.fatal = Boolean(fatal)
      this.ignoreBOM = Boolean(ignoreBOM)
    }
    decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string {
      if (options?.stream) throw new TypeError('TextDecoder does not decode streams here')
      const bytes = bytesOf(input)
      let binary = ''
      for (let at = 0; at < bytes.length; at += 4_096)
        binary += String.fromCharCode(...bytes.subarray(at, at + 4_096))
      const { encoding, fatal, ignoreBOM } = this
      return ask('decode', { base64: encodeBase64(binary), encoding, fatal, ignoreBOM }) as string
    }
  }

  const randomBytes = (length: number): string => decodeBase64(ask('random', length))
  const crypto = {
    randomUUID: (): unknown => ask('uuid', null),
    getRandomValues<View extends ArrayBufferView>(view: View): View {
      const bytes = bytesOf(view)
      if (bytes.length > 65_536) throw new RangeError('getRandomValues fills at most 65,536 bytes')
      const random = randomBytes(bytes.length)
      for (let i = 0; i < bytes.length; i++) bytes[i] = random.charCodeAt(i)
      return view
    },
  }

  const clone = (value: unknown, seen: Map<unknown, unknown>): unknown => {
    if (typeof value === 'function' || typeof value === 'symbol')
      throw new TypeError(`structuredClone cannot copy a ${typeof value}`)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return seen.get(value)
    const keep = <Copy>(copy: Copy): Copy => {
      seen.set(value, copy)
      return copy
    }
    if (value instanceof Date) return keep(new Date(value.getTime()))
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags))
    if (value instanceof ArrayBuffer) return keep(value.slice(0))
    if (ArrayBuffer.isView(value)) {
      const bytes = bytesOf(value).slice()
      const Kind = value.constructor as new (buffer: ArrayBuffer) => unknown
      return keep(new Kind(bytes.buffer))
    }
    if (value instanceof Map) {
      const copy = keep(new Map())
      for (const [key, member] of value) copy.set(clone(key, seen), clone(member, seen))
      return copy
    }
    if (value instanceof Set) {
      const copy = keep(new Set())
      for (const member of value) copy.add(clone(member, seen))
      return copy
    }
    if (value instanceof Error) {
      const copy = keep(new Error(value.message))
      copy.name = value.name
      return copy
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
      throw new TypeError('structuredClone cannot copy this value')
    const copy: Record<PropertyKey, unknown> = keep(
      Array.isArray(value) ? new Array(value.length) : {},
    ) as never
    for (const key of Object.keys(value))
      Object.defineProperty(copy, key, {
        value: clone((value as Record<string, unknown>)[key], seen),
        writable: true,
        configurable: true,
        enumerable: true,
      })
    return copy
  }

  define('btoa', encodeBase64)
  define('atob', decodeBase64)
  define('TextEncoder', TextEncoder)
  define('TextDecoder', TextDecoder)
  define('crypto', crypto)
  define('structuredClone', (value: unknown) => clone(value, new Map()))
  define('queueMicrotask', (callback: () => void) => void Promise.resolve().then(() => callback()))
  // The engine's own begins with the same number in every script.
  Math.random = () => {
    const bytes = randomBytes(7)
    let sum = bytes.charCodeAt(6) & 31
    for (let i = 5; i >= 0; i--) sum = sum * 256 + bytes.charCodeAt(i)
    return sum / 2 ** 53
  }
}
