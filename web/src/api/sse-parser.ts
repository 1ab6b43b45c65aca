/** One message of an event stream. */
export interface SseMessage {
  /** The last id the stream has named: where to go on after a break. */
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/**
 * Reads server-sent events out of text that comes in pieces cut anywhere.
 * Source: HTML Living Standard, section 9.2.6, "Interpreting an event stream".
 */
export class SseParser {
  #rest = ''
  #id: string | undefined
  #event = ''
  #data: string[] = []
  #retryMs: number | undefined

  /** Milliseconds the server asks to wait before a reconnect; undefined until it does. */
  get retryMs(): number | undefined {
    return this.#retryMs
  }

  push(text: string): SseMessage[] {
    const messages: SseMessage[] = []
    const all = this.#rest + text
    // A carriage return at the end may be half of a line break: it waits for what follows.
    const lines = (all.endsWith('\r') ? all.slice(0, -1) : all).split(/\r\n|\n|\r/)
    this.#rest = (lines.pop() ?? '') + (all.endsWith('\r') ? '\r' : '')
    for (const line of lines) {
      if (line !== '') this.#field(line)
      else if (this.#data.length > 0) messages.push(this.#take())
      else this.#event = ''
    }
    return messages
  }

  #take(): SseMessage {
    const message = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') }
    this.#event = ''
    this.#data = []
    return message
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.#retryMs = Number(value)
  }
}
