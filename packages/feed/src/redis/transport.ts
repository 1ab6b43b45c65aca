import { Redis, type RedisOptions } from 'ioredis'
import type { OnError, Receiver, Transport } from '../feed.js'
import type { FeedMessage } from '../port.js'

/** Milliseconds within which a Redis that is up has answered; later, the socket is taken for dead. */
const ANSWER_MS = 2_000
/** Milliseconds between two pings of the subscriber, whose silence alone says nothing. */
const HEARTBEAT_MS = 5_000

const CONNECTION = {
  connectTimeout: ANSWER_MS,
  disconnectTimeout: 500,
  commandTimeout: ANSWER_MS,
  socketTimeout: ANSWER_MS,
  keepAlive: 10_000,
  retryStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 5), 1_000),
  // A late message is worth nothing (Postgres has it), a late error would hold up the worker.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // Done by hand, to know when every topic stands again.
  autoResubscribe: false,
} satisfies RedisOptions

/** Two connections, since a subscriber's replies would queue behind its messages. */
export class RedisTransport implements Transport {
  readonly #prefix: string
  readonly #publisher: Redis
  readonly #subscriber: Redis
  readonly #onError: OnError
  readonly #heartbeat: NodeJS.Timeout

  constructor(url: string, prefix: string, onError: OnError) {
    this.#prefix = `${prefix}:`
    this.#publisher = new Redis(url, CONNECTION)
    this.#subscriber = new Redis(url, CONNECTION)
    this.#onError = onError
    for (const redis of this.#connections) redis.on('error', onError)
    this.#heartbeat = setInterval(() => {
      // Unanswered, `socketTimeout` cuts the connection; the error is reported from there.
      if (this.#subscriber.status === 'ready') this.#subscriber.ping().catch(() => undefined)
    }, HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  attach(receiver: Receiver): void {
    this.#subscriber.on('message', (channel: string, payload: string) =>
      receiver.deliver(channel.slice(this.#prefix.length), payload),
    )
    this.#subscriber.on('ready', () => {
      this.#restore(receiver).catch((error: Error) => this.#startOver(error))
    })
  }

  /** Resolves once both are connected, or after 2 s. */
  async ready(): Promise<void> {
    await Promise.all(this.#connections.map(untilConnected))
  }

  async publish(messages: readonly FeedMessage[]): Promise<void> {
    const pipeline = this.#publisher.pipeline()
    for (const { topic, payload } of messages) pipeline.publish(this.#prefix + topic, payload)
    for (const [error] of (await pipeline.exec()) ?? []) {
      if (error) throw error
    }
  }

  async subscribe(topic: string): Promise<void> {
    // A connection that is away, or lost while asking, subscribes every topic when it is back.
    if (this.#subscriber.status !== 'ready') return
    await this.#subscriber.subscribe(this.#prefix + topic).catch((error: Error) => this.#startOver(error))
  }

  unsubscribe(topic: string): void {
    if (this.#subscriber.status !== 'ready') return
    this.#subscriber.unsubscribe(this.#prefix + topic).catch((error: Error) => this.#startOver(error))
  }

  async ping(): Promise<void> {
    await Promise.all(this.#connections.map((redis) => redis.ping()))
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat)
    // QUIT is answered after everything sent before it; where it is not, the timeouts above end it.
    await Promise.all(
      this.#connections.map(async (redis) => {
        if (redis.status === 'ready') await redis.quit().catch(() => undefined)
        redis.disconnect()
      }),
    )
  }

  async #restore(receiver: Receiver): Promise<void> {
    const channels = receiver.topics().map((topic) => this.#prefix + topic)
    if (channels.length > 0) await this.#subscriber.subscribe(...channels)
    receiver.restored()
  }

  /** After a refused subscription only a new connection, with every topic asked again, is known to be right. */
  #startOver(error: Error): void {
    this.#onError(error)
    if (this.#subscriber.status === 'ready') this.#subscriber.disconnect(true)
  }

  get #connections(): readonly Redis[] {
    return [this.#publisher, this.#subscriber]
  }
}

async function untilConnected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      redis.off('ready', done)
      resolve()
    }
    const timer = setTimeout(done, ANSWER_MS)
    redis.once('ready', done)
  })
}
