import { type EventFeed, type FeedMessage, isRunTopic, type Unsubscribe } from './port.js'

/**
 * The part of a feed that is the same for every backend: who listens to what. It owns the listeners and decides
 * when a topic is subscribed at the backend; the transport owns the connections.
 *
 * 1. A topic is subscribed at the backend exactly while it has a listener.
 * 2. A listener that throws is reported and stops no other.
 * 3. `onReconnect` listeners are called only after every topic stands again.
 * 4. Listeners of a run in the process that publishes hear at once; what comes back from the backend is then dropped.
 */

export type OnError = (error: Error) => void

/** One backend. `subscribe` and `unsubscribe` of a topic take effect in the order of the calls. */
export interface Transport {
  /** Called once, before anything else. */
  attach(receiver: Receiver): void
  publish(messages: readonly FeedMessage[]): Promise<void>
  /** Resolves once the topic is subscribed, or at once while the backend is away. */
  subscribe(topic: string): Promise<void>
  unsubscribe(topic: string): void
  ping(): Promise<void>
  close(): Promise<void>
}

/** What a transport needs of the feed. */
export interface Receiver {
  /** The topics to subscribe again after a lost connection. */
  topics(): string[]
  deliver(topic: string, payload: string): void
  /** To be called once all of `topics()` are subscribed again. */
  restored(): void
}

interface Subscription {
  readonly listeners: Set<(payload: string) => void>
  readonly standing: Promise<void>
  /** Payloads that were delivered here before they left, and are still to come back. */
  readonly echoes: Set<string>
}

/** More of them are on their way only when the backend does not deliver. */
const MAX_ECHOES = 1_000

export class Feed implements EventFeed {
  readonly #transport: Transport
  readonly #onError: OnError
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #reconnectListeners = new Set<() => void>()
  #closed: Promise<void> | undefined

  constructor(transport: Transport, onError: OnError) {
    this.#transport = transport
    this.#onError = onError
    transport.attach({
      topics: () => [...this.#subscriptions.keys()],
      deliver: (topic, payload) => this.#receive(topic, payload),
      restored: () => this.#restored(),
    })
  }

  async publish(messages: readonly FeedMessage[]): Promise<void> {
    this.#assertOpen()
    if (messages.length === 0) return
    for (const { topic, payload } of messages) if (isRunTopic(topic)) this.#deliverNear(topic, payload)
    await this.#transport.publish(messages)
  }

  async subscribe(topic: string, listener: (payload: string) => void): Promise<Unsubscribe> {
    this.#assertOpen()
    const known = this.#subscriptions.get(topic)
    const subscription = known ?? {
      listeners: new Set(),
      standing: this.#transport.subscribe(topic),
      echoes: new Set(),
    }
    if (known === undefined) this.#subscriptions.set(topic, subscription)
    // A function of its own, so that the same listener may be given twice.
    const own = (payload: string): void => listener(payload)
    subscription.listeners.add(own)
    await subscription.standing
    return () => this.#leave(topic, subscription, own)
  }

  onReconnect(listener: () => void): Unsubscribe {
    const own = (): void => listener()
    this.#reconnectListeners.add(own)
    return () => this.#reconnectListeners.delete(own)
  }

  get topics(): number {
    return this.#subscriptions.size
  }

  ping(): Promise<void> {
    return this.#transport.ping()
  }

  close(): Promise<void> {
    this.#closed ??= this.#transport.close()
    this.#subscriptions.clear()
    this.#reconnectListeners.clear()
    return this.#closed
  }

  #leave(topic: string, subscription: Subscription, own: (payload: string) => void): void {
    if (!subscription.listeners.delete(own) || subscription.listeners.size > 0) return
    if (this.#subscriptions.get(topic) !== subscription) return
    this.#subscriptions.delete(topic)
    this.#transport.unsubscribe(topic) // invariant 1
  }

  /** A round trip to the backend is most of what a caller in this process would wait for (invariant 4). */
  #deliverNear(topic: string, payload: string): void {
    const subscription = this.#subscriptions.get(topic)
    if (subscription === undefined || subscription.echoes.size >= MAX_ECHOES) return
    subscription.echoes.add(payload)
    this.#deliver(subscription, payload)
  }

  #receive(topic: string, payload: string): void {
    const subscription = this.#subscriptions.get(topic)
    if (subscription === undefined || subscription.echoes.delete(payload)) return
    this.#deliver(subscription, payload)
  }

  #deliver({ listeners }: Subscription, payload: string): void {
    this.#callAll(listeners, (listener) => listener(payload))
  }

  #restored(): void {
    // What was on its way when the connection was lost does not come back.
    for (const { echoes } of this.#subscriptions.values()) echoes.clear()
    this.#callAll(this.#reconnectListeners, (listener) => listener())
  }

  #callAll<L>(listeners: ReadonlySet<L>, call: (listener: L) => void): void {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (thrown) {
        this.#onError(thrown instanceof Error ? thrown : new Error(String(thrown))) // invariant 2
      }
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the feed is closed')
  }
}
