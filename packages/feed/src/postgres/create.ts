import { Feed, type OnError } from '../feed.js'
import type { EventFeed } from '../port.js'
import { PostgresTransport } from './transport.js'

export interface PostgresFeedOptions {
  readonly url: string
  /** Prefix of every channel: feeds of the same database and prefix hear each other. At most 20 bytes. */
  readonly channel?: string
  /** Told of lost connections and of listeners that throw. Nothing of it needs an answer. */
  readonly onError?: OnError
}

/**
 * The event feed on LISTEN/NOTIFY, for the default without Redis.
 * Rejects when Postgres cannot be reached within 2 s: without it nothing else runs either.
 */
export async function createPostgresFeed(options: PostgresFeedOptions): Promise<EventFeed> {
  const onError = options.onError ?? (() => undefined)
  const transport = new PostgresTransport(options.url, options.channel ?? 'millrace', onError)
  const feed = new Feed(transport, onError)
  await transport.start()
  return feed
}
