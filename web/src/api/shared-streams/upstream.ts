import { type SseMessage, SseParser } from '../sse-parser.js'
import type { Topic } from './protocol.js'

/** One page's wish to follow something. */
export interface Subscriber {
  readonly topic: Topic
  token: string
  opened(): void
  text(text: string): void
  ended(): void
  failed(status: number, body: string): void
}

export interface UpstreamDeps {
  readonly fetch: typeof fetch
  /** Milliseconds that subscribers who come together are waited for. */
  readonly gatherMs: number
}

/**
 * One connection that serves every subscriber of one person: all that follow runs, or all that follow the run list.
 *
 * 1. A new run is added by connecting again, each run going on after what all its followers have; what repeats for one
 *    of them is the page's to drop.
 * 2. A connection that ends or breaks ends for all its subscribers: their pages come back by themselves.
 */
export class Upstream {
  readonly #deps: UpstreamDeps
  /** With the last `seq` up to which nothing is missing. */
  readonly #subscribers = new Map<Subscriber, number>()
  #connection: AbortController | undefined
  #live = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(deps: UpstreamDeps) {
    this.#deps = deps
  }

  get size(): number {
    return this.#subscribers.size
  }

  get runs(): ReadonlySet<string> {
    return new Set(
      [...this.#subscribers.keys()].flatMap(({ topic }) => (topic.kind === 'run' ? [topic.runId] : [])),
    )
  }

  add(subscriber: Subscriber): void {
    const { topic } = subscriber
    this.#subscribers.set(subscriber, topic.kind === 'run' ? topic.after : 0)
    if (topic.kind === 'changes' && this.#live) return subscriber.opened()
    this.#timer ??= setTimeout(() => void this.#connect(), this.#deps.gatherMs)
  }

  remove(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber) && this.size === 0) this.#drop()
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#connection?.abort()
    this.#connection = undefined
    this.#live = false
  }

  async #connect(): Promise<void> {
    this.#drop()
    const connection = new AbortController()
    this.#connection = connection
    const asked = [...this.#subscribers.keys()]
    const isOver = () => this.#connection !== connection
    try {
      const request = requestOf(this.#positions())
      const response = await this.#deps.fetch(`/api/v1${request.path}`, {
        headers: { authorization: `Bearer ${asked.at(-1)?.token}`, ...request.headers },
        signal: connection.signal,
      })
      if (isOver()) return
      if (!response.ok) return this.#fail(asked, response.status, await response.text())
      this.#live = true
      for (const subscriber of asked) subscriber.opened()
      await this.#read(response, request.runId, isOver)
      if (!isOver()) this.#end(asked)
    } catch {
      if (!isOver()) this.#fail(asked, 0, '')
    }
  }

  async #read({ body }: Response, runId: string | undefined, isOver: () => boolean): Promise<void> {
    if (body === null) return
    const parser = new SseParser()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || isOver()) return
      this.#deliver(parser.push(decoder.decode(value, { stream: true })), runId)
    }
  }

  /** @param runId set where the stream is that run's own. */
  #deliver(messages: readonly SseMessage[], runId: string | undefined): void {
    const texts = new Map<string | undefined, string[]>()
    for (const message of messages) {
      const event = runId === undefined ? unwrap(message) : { runId, data: message.data }
      if (event !== undefined) this.#advance(event.runId, event.data)
      const text = `event: ${message.event}\ndata: ${event?.data ?? message.data}\n\n`
      texts.set(event?.runId, [...(texts.get(event?.runId) ?? []), text])
    }
    for (const subscriber of this.#subscribers.keys()) {
      const { topic } = subscriber
      const own = texts.get(topic.kind === 'run' ? topic.runId : undefined)
      if (own !== undefined) subscriber.text(own.join(''))
      // Silence would look broken to a page whose run has nothing to say.
      else if (messages.length === 0) subscriber.text(': \n\n')
    }
  }

  #advance(runId: string, data: string): void {
    const { seq }: { seq?: unknown } = JSON.parse(data)
    for (const [subscriber, position] of this.#subscribers)
      if (subscriber.topic.kind === 'run' && subscriber.topic.runId === runId && seq === position + 1)
        this.#subscribers.set(subscriber, seq)
  }

  /** Each run with the least of what its followers have. */
  #positions(): ReadonlyMap<string, number> {
    const least = new Map<string, number>()
    for (const [{ topic }, position] of this.#subscribers)
      if (topic.kind === 'run')
        least.set(topic.runId, Math.min(position, least.get(topic.runId) ?? Number.POSITIVE_INFINITY))
    return least
  }

  /** A refusal that names a run is that run's alone. */
  #fail(asked: readonly Subscriber[], status: number, body: string): void {
    const named = runNamedIn(body)
    const meant = asked.filter(
      ({ topic }) => named === undefined || (topic.kind === 'run' && topic.runId === named),
    )
    for (const subscriber of meant) this.#subscribers.delete(subscriber)
    this.#drop()
    for (const subscriber of meant) subscriber.failed(status, body)
    if (this.size > 0) this.#timer = setTimeout(() => void this.#connect(), this.#deps.gatherMs)
  }

  #end(asked: readonly Subscriber[]): void {
    for (const subscriber of asked) this.#subscribers.delete(subscriber)
    this.#drop()
    for (const subscriber of asked) subscriber.ended()
    if (this.size > 0) this.#timer = setTimeout(() => void this.#connect(), this.#deps.gatherMs)
  }
}

interface StreamRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly runId?: string
}

/** A single run has a stream of its own; several share the workspace's. */
const requestOf = (positions: ReadonlyMap<string, number>): StreamRequest => {
  const [first, ...others] = positions
  const accept = { accept: 'text/event-stream' }
  if (first === undefined) return { path: '/stream', headers: accept }
  const [runId, after] = first
  if (others.length === 0)
    return {
      path: `/runs/${runId}/events`,
      headers: after === 0 ? accept : { ...accept, 'last-event-id': String(after) },
      runId,
    }
  const list = [...positions].map(([id, position]) => `${id}:${position}`).join(',')
  return { path: `/stream?changes=false&runs=${encodeURIComponent(list)}`, headers: accept }
}

/** `{"runId":"…","event":{…}}` without reading the event: there are many, and the page reads them anyway. */
const WRAPPED = /^\{"runId":"([^"]+)","event":(.*)\}$/s

const unwrap = ({ event, data }: SseMessage): { runId: string; data: string } | undefined => {
  const [, runId, inner] = (event === 'event' ? WRAPPED.exec(data) : null) ?? []
  return runId === undefined || inner === undefined ? undefined : { runId, data: inner }
}

const runNamedIn = (body: string): string | undefined => {
  try {
    const { runId }: { runId?: unknown } = JSON.parse(body)
    return typeof runId === 'string' ? runId : undefined
  } catch {
    return undefined
  }
}
