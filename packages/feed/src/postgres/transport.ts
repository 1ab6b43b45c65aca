import type { OnError, Receiver, Transport } from '../feed.js'
import { type FeedMessage, MAX_INLINE_BYTES } from '../port.js'
import { Batcher } from './batcher.js'
import { channelOf, quoteChannel } from './channel.js'
import { Session } from './session.js'

/**
 * A commit that notifies has a record in the log, but nothing that would have to survive a crash: it does not wait for
 * the disk. Set for this transaction alone, so that a pooler may hand the connection on.
 */
const NOTIFY = `
  WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
  SELECT pg_notify(channel, payload)
  FROM unhurried, unnest($1::text[], $2::text[]) AS message (channel, payload)`

/**
 * LISTEN/NOTIFY over two sessions, one that notifies and one that listens.
 *
 * Postgres takes a database-wide lock for each commit that notifies, so all messages that wait go out in one
 * statement, which the caller sends after its own commit (D16). The same message twice in one statement is
 * delivered once; messages of a feed differ by their `lastSeq`.
 */
export class PostgresTransport implements Transport {
  readonly #prefix: string
  readonly #notifier: Session
  readonly #listener: Session
  readonly #notify = new Batcher<readonly FeedMessage[]>((calls) => this.#send(calls.flat()))
  readonly #change = new Batcher<string>((statements) => this.#listen(statements))
  /** Channel → topic, for the topics listened to. */
  readonly #topics = new Map<string, string>()
  #receiver: Receiver | undefined

  constructor(url: string, prefix: string, onError: OnError) {
    if (Buffer.byteLength(prefix) > 20) throw new RangeError('the channel prefix has more than 20 bytes')
    this.#prefix = prefix
    this.#notifier = new Session({ url, onError })
    this.#listener = new Session({
      url,
      onError,
      onNotification: ({ channel, payload }) => this.#receive(channel, payload ?? ''),
      onUp: () => this.#restore(),
    })
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver
  }

  async start(): Promise<void> {
    try {
      await Promise.all([this.#notifier.start(), this.#listener.start()])
    } catch (thrown) {
      await this.close()
      throw thrown
    }
  }

  async publish(messages: readonly FeedMessage[]): Promise<void> {
    messages.forEach(assertSendable)
    await this.#notify.add(messages)
  }

  async subscribe(topic: string): Promise<void> {
    const channel = channelOf(this.#prefix, topic)
    this.#topics.set(channel, topic)
    // A session that is away, or lost while asking, listens to every topic when it is back.
    if (this.#listener.up) await this.#change.add(`LISTEN ${quoteChannel(channel)}`).catch(() => undefined)
  }

  unsubscribe(topic: string): void {
    const channel = channelOf(this.#prefix, topic)
    this.#topics.delete(channel)
    if (this.#listener.up) this.#change.add(`UNLISTEN ${quoteChannel(channel)}`).catch(() => undefined)
  }

  async ping(): Promise<void> {
    await Promise.all([this.#notifier.query('SELECT'), this.#listener.query('SELECT')])
  }

  async close(): Promise<void> {
    await Promise.all([this.#notifier.close(), this.#listener.close()])
  }

  async #send(messages: readonly FeedMessage[]): Promise<void> {
    await this.#notifier.query({
      name: 'notify',
      text: NOTIFY,
      values: [
        messages.map(({ topic }) => channelOf(this.#prefix, topic)),
        messages.map(({ payload }) => payload),
      ],
    })
  }

  async #listen(statements: readonly string[]): Promise<void> {
    await this.#listener.query(statements.join(';'))
  }

  async #restore(): Promise<void> {
    const channels = [...this.#topics.keys()]
    if (channels.length > 0) await this.#listen(channels.map((channel) => `LISTEN ${quoteChannel(channel)}`))
    this.#receiver?.restored()
  }

  #receive(channel: string, payload: string): void {
    const topic = this.#topics.get(channel)
    if (topic !== undefined) this.#receiver?.deliver(topic, payload)
  }
}

/** Postgres refuses payloads of 8,000 bytes and over, and a NUL; either would fail the whole statement. */
function assertSendable({ topic, payload }: FeedMessage): void {
  if (Buffer.byteLength(payload) > MAX_INLINE_BYTES || payload.includes('\0')) {
    throw new RangeError(`a message of ${topic} has over ${MAX_INLINE_BYTES} bytes or contains NUL`)
  }
}
