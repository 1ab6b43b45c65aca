import { Redis, type RedisOptions } from 'ioredis'
import type { OnError } from '../bullmq/backend.js'
import { ANSWER_MS, WORKER_OPTIONS } from '../bullmq/settings.js'

const COMMON = {
  connectTimeout: ANSWER_MS,
  /** Milliseconds that a closing socket gets before it is destroyed. */
  disconnectTimeout: 500,
  /** Milliseconds; a peer that vanished without a word is noticed about 20 s later. */
  keepAlive: 10_000,
  retryStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 5), 1_000),
} satisfies RedisOptions

/**
 * The producer's connection never queues offline and never retries: the API must learn at once that Redis is away,
 * so that the run is accepted and left to the sweeper. A reply that does not come within 2 s destroys the socket,
 * else a black hole would fail every later enqueue too.
 */
export function openProducer(url: string, onError: OnError): Redis {
  const redis = new Redis(url, {
    ...COMMON,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
  })
  redis.on('error', onError)
  return redis
}

/** Resolves once connected, or after 2 s: Redis may come later. */
export async function untilConnected(redis: Redis): Promise<void> {
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

/**
 * A worker's connection. BullMQ makes its blocking twin by `duplicate`, and lets go of neither while Redis is away:
 * this one remembers its twins, so that all of them can be cut.
 */
export class WorkerRedis extends Redis {
  readonly #twins: Redis[] = []
  readonly #onError: OnError

  constructor(url: string, onError: OnError) {
    super(url, {
      ...COMMON,
      maxRetriesPerRequest: null,
      // The blocking twin is silent for `drainDelay` seconds when all is well.
      socketTimeout: WORKER_OPTIONS.drainDelay * 1_000 + ANSWER_MS,
    })
    this.#onError = onError
    this.on('error', onError)
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const twin = super.duplicate(override)
    twin.on('error', this.#onError)
    this.#twins.push(twin)
    return twin
  }

  /** Jobs end a hundred at a time, with their runs' flush: what is sent in one turn goes out in one write. */
  override sendCommand(...command: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this
    if (stream?.writableCorked === 0) {
      stream.cork()
      process.nextTick(() => stream.uncork())
    }
    return super.sendCommand(...command)
  }

  abort(): void {
    for (const redis of [this, ...this.#twins]) cut(redis)
  }
}

/**
 * Ends a connection in any state, so that whoever waits for it hears of it. `disconnect` alone parks one that is
 * between two tries, without an `end`; and then BullMQ's worker waits for that, with its timers running, for ever.
 */
export function cut(redis: Redis): void {
  if (redis.status === 'end') return
  if (redis.status === 'reconnecting') redis.connect().catch(() => undefined)
  redis.disconnect()
}
