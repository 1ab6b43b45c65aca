import type { EventFeed, FeedMessage, Unsubscribe } from './port.js'

/**
 * The part of a feed that is the same for every backend: who listens to what. It owns the listeners and decides
 * when a topic is subscribed at the backend; the transport owns the connections.
 *
 * 1. A topic is subscribed at the backend exactly while it has a listener.
 * 2. A listener that throws is reported and stops no other.
 * 3. `onReconnect` listeners are called only after every topic stands again.
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
}

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
      deliver: (topic, payload) => this.#deliver(topic, payload),
      restored: () => this.#callAll(this.#reconnectListeners, (listener) => listener()),
    })
  }

  async publish(messages: readonly FeedMessage[]): Promise<void> {
    this.#assertOpen()
    if (messages.length > 0) await this.#transport.publish(messages)
  }

  async subscribe(topic: string, listener: (payload: string) => void): Promise<Unsubscribe> {
    this.#assertOpen()
    const known = this.#subscriptions.get(topic)
    const subscription = known ?? { listeners: new Set(), standing: this.#transport.subscribe(topic) }
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

  #deliver(topic: string, payload: string): void {
    const subscription = this.#subscriptions.get(topic)
    if (subscription) this.#callAll(subscription.listeners, (listener) => listener(payload))
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
