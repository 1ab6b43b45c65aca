import type { Socket } from 'node:net'

/** Bytes up to the last digit of a status: `HTTP/1.1 100`. */
const LAST_DIGIT_AT = 11
const [ZERO, ONE, TWO, LF, CR] = [0x30, 0x31, 0x32, 0x0a, 0x0d]

/**
 * Any server may send `100 Continue` before its answer (RFC 9110, section 15.2), and some do unasked. undici takes it for an
 * error of the connection, but skips the other interim answers; so on its way to undici a 100 becomes a 102.
 *
 * Knows where an answer begins since a request is written at once, before anything of its answer is read, and requests of one
 * connection follow each other.
 */
export function skipContinue<T extends Socket>(socket: T): T {
  const heads = new InterimHeads()
  const { write, read } = socket
  socket.write = (...given: unknown[]): boolean => {
    heads.begin()
    return Reflect.apply(write, socket, given) as boolean
  }
  socket.read = (...given: unknown[]): unknown => {
    const chunk: unknown = Reflect.apply(read, socket, given)
    if (chunk instanceof Uint8Array) heads.pass(chunk)
    return chunk
  }
  return socket
}

/** Follows the heads of interim answers up to that of the answer itself, however they are cut into chunks. */
class InterimHeads {
  /** Bytes of this head so far; undefined in the answer itself, where nothing is looked at. */
  #at: number | undefined
  #status = [0, 0]
  /** Bytes of the line so far, its end left out. */
  #line = 0

  begin(): void {
    this.#at = 0
    this.#line = 0
  }

  /** Changes the chunk in place: the last digit of a 100. */
  pass(chunk: Uint8Array): void {
    for (let index = 0; index < chunk.length && this.#at !== undefined; index++) this.#step(chunk, index)
  }

  #step(chunk: Uint8Array, index: number): void {
    const byte = chunk[index]!
    const at = this.#at!
    // Empty lines before a head are nothing, as the parser has it.
    if (at === 0 && (byte === LF || byte === CR)) return
    this.#at = at + 1
    if (at === LAST_DIGIT_AT - 2 || at === LAST_DIGIT_AT - 1) this.#status[at - LAST_DIGIT_AT + 2] = byte
    if (at === LAST_DIGIT_AT) {
      const [first, second] = this.#status
      if (first !== ONE) return this.#end()
      if (second === ZERO && byte === ZERO) chunk[index] = TWO
    }
    if (byte === LF) {
      if (this.#line === 0) return this.begin()
      this.#line = 0
    } else if (byte !== CR) this.#line++
  }

  #end(): void {
    this.#at = undefined
  }
}
