import { type SseMessage, SseParser } from './sse-parser.js'

/**
 * Follows an event stream over fetch, through breaks, until its end.
 *
 * Owns one connection at a time and the waits between two. Does not own what the messages mean: the caller says
 * where it stands (`lastId`), takes the messages, and knows when nothing follows.
 *
 * 1. Every reconnect goes on after what the caller has, so nothing is lost; what repeats is the caller's to drop.
 * 2. A connection that is silent for longer than two heartbeats (15 s each) counts as broken.
 * 3. A page that nobody has looked at for a while has no connection.
 */
export type StreamState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `since` in milliseconds of `now`: how long the screen has been behind. */
  | { readonly kind: 'reconnecting'; readonly since: number; readonly attempt: number }
  /** Nobody looks at the page; it goes on where it stands once somebody does. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly error: unknown }

export interface StreamOptions {
  /** Opens the stream after an id. Throws what `isFinal` then judges. */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>
  readonly lastId: () => string | undefined
  readonly onMessages: (messages: readonly SseMessage[]) => void
  readonly onState: (state: StreamState) => void
  /** Asked when a connection ends: true once the caller has the last message, so that the end is no break. */
  readonly isComplete: () => Promise<boolean>
  /** True for errors that trying again does not mend. */
  readonly isFinal: (error: unknown) => boolean
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly signal: AbortSignal
  readonly silenceMs?: number
  /** Default: always visible. */
  readonly visibility?: Visibility
  /** Default 10,000. */
  readonly pauseAfterMs?: number
}

/** Whether anybody can see the page. */
export interface Visibility {
  isHidden(): boolean
  /** @returns what ends it. */
  onChange(listener: () => void): () => void
}

const SILENCE_MS = 35_000
const PAUSE_AFTER_MS = 10_000
const FIRST_DELAY_MS = 250
const MAX_DELAY_MS = 10_000

export class EventStream {
  readonly #options: StreamOptions
  #connection = new AbortController()
  #wake: () => void = () => {}
  #attempt = 0
  /** Hidden for so long that the connection was given up. */
  #unseen = false
  #since = 0

  constructor(options: StreamOptions) {
    this.#options = options
  }

  /** Resolves when the stream has ended, was refused, or the signal aborts. */
  async run(): Promise<void> {
    this.#options.onState({ kind: 'connecting' })
    const unwatch = this.#watchVisibility()
    try {
      await this.#follow()
    } finally {
      unwatch()
    }
  }

  /** Reads again after what the caller has, at once: it found a gap, or the browser says it is online. */
  reconnect(): void {
    this.#attempt = 0
    this.#connection.abort()
    this.#wake()
  }

  async #follow(): Promise<void> {
    const { signal, onState, isComplete, isFinal } = this.#options
    while (!signal.aborted) {
      if (this.#unseen) await this.#untilSeen()
      const error = await this.#connect()
      if (signal.aborted) return
      if (await isComplete()) return onState({ kind: 'ended' })
      if (this.#unseen) continue
      if (error !== undefined && isFinal(error)) return onState({ kind: 'refused', error })
      await this.#pause()
    }
  }

  #watchVisibility(): () => void {
    const { visibility, pauseAfterMs = PAUSE_AFTER_MS } = this.#options
    if (visibility === undefined) return () => {}
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (visibility.isHidden())
        timer = setTimeout(() => {
          this.#unseen = true
          this.#connection.abort()
        }, pauseAfterMs)
      else if (this.#unseen) {
        this.#unseen = false
        this.reconnect()
      }
    }
    const unwatch = visibility.onChange(look)
    look()
    return () => {
      clearTimeout(timer)
      unwatch()
    }
  }

  /** Invariant 3. */
  async #untilSeen(): Promise<void> {
    const { onState, signal } = this.#options
    onState({ kind: 'paused' })
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      this.#wake = resolve
    })
  }

  async #connect(): Promise<unknown> {
    const { open, lastId, signal } = this.#options
    this.#connection = new AbortController()
    const both = AbortSignal.any([signal, this.#connection.signal])
    try {
      const response = await this.#withinSilence(open(lastId(), both))
      await this.#read(response)
      return undefined
    } catch (error) {
      return error
    } finally {
      this.#connection.abort()
    }
  }

  async #read({ body }: Response): Promise<void> {
    const { onMessages, onState } = this.#options
    this.#since = 0
    onState({ kind: 'live' })
    if (body === null) return
    const parser = new SseParser()
    // Not piped through a TextDecoderStream: a break would take with it what still lies in that one's queue.
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await this.#withinSilence(reader.read())
      if (done) return
      this.#attempt = 0
      const messages = parser.push(decoder.decode(value, { stream: true }))
      if (messages.length > 0) onMessages(messages)
    }
  }

  async #withinSilence<T>(answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#connection.abort(), this.#options.silenceMs ?? SILENCE_MS)
    try {
      return await answer
    } finally {
      clearTimeout(timer)
    }
  }

  /** Doubles from 250 ms to 10 s, with full jitter over the upper half. */
  async #pause(): Promise<void> {
    const { now, onState, random, signal } = this.#options
    this.#since ||= now()
    onState({ kind: 'reconnecting', since: this.#since, attempt: this.#attempt + 1 })
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.#attempt++, MAX_DELAY_MS)
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, (longest * (1 + random())) / 2)
      signal.addEventListener('abort', done)
      this.#wake = done
    })
  }
}
