import { Feed, type OnError } from '../feed.js'
import type { EventFeed } from '../port.js'
import { RedisTransport } from './transport.js'

export interface RedisFeedOptions {
  /** `redis://` or `rediss://` URL. */
  readonly url: string
  /** Prefix of every channel: feeds of the same server and prefix hear each other. */
  readonly prefix?: string
  /** Told of lost connections and of listeners that throw. Nothing of it needs an answer. */
  readonly onError?: OnError
}

/**
 * The event feed on Redis pub/sub. Resolves once connected, or after 2 s: while Redis is away `publish` rejects
 * and subscriptions wait for it.
 */
export async function createRedisFeed(options: RedisFeedOptions): Promise<EventFeed> {
  const onError = options.onError ?? (() => undefined)
  const transport = new RedisTransport(options.url, options.prefix ?? 'millrace', onError)
  const feed = new Feed(transport, onError)
  await transport.ready()
  return feed
}
