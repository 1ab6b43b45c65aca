import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import {
  exceptLostJobs,
  type OnError,
  type ProcessJob,
  type QueueBackend,
  type WorkerHandle,
} from '../bullmq/backend.js'
import { BullQueue } from '../bullmq/bull-queue.js'
import {
  ANSWER_MS,
  JOB_OPTIONS,
  STREAMS,
  stalledAfter,
  type Timing,
  WORKER_OPTIONS,
} from '../bullmq/settings.js'
import { withDeadline } from '../deadline.js'
import type { JobQueue } from '../port.js'
import { cut, openProducer, untilConnected, WorkerRedis } from './connections.js'
import { PatientWorker } from './patient-worker.js'
import { findRedisFault } from './server-fault.js'

export interface RedisQueueOptions extends Timing {
  /** `redis://` or `rediss://` URL. The server needs `maxmemory-policy noeviction`. */
  readonly url: string
  readonly name?: string
  /** Namespace of every key. */
  readonly prefix?: string
  /** Told of every lost connection, failed handler and replaced worker. Nothing of it needs an answer. */
  readonly onError?: OnError
}

/**
 * The job queue on Redis. Resolves once connected, or after 2 s: while Redis is away `enqueue` rejects and
 * consumers wait for it.
 * @throws Error in one sentence when a server answers that the queue cannot run on: a cluster, a sentinel, a replica.
 */
export async function createRedisQueue(options: RedisQueueOptions): Promise<JobQueue> {
  const onError = options.onError ?? (() => undefined)
  const backend = new RedisBackend(options, onError)
  try {
    await backend.ready()
  } catch (thrown) {
    await backend.close()
    throw thrown
  }
  return new BullQueue(backend, options.watchdogMs, onError)
}

class RedisBackend implements QueueBackend {
  readonly producer: Queue
  readonly #redis: Redis
  readonly #options: RedisQueueOptions
  readonly #onError: OnError
  readonly #name: string
  readonly #prefix: string

  constructor(options: RedisQueueOptions, onError: OnError) {
    this.#options = options
    this.#onError = onError
    this.#name = options.name ?? 'runs'
    this.#prefix = options.prefix ?? 'millrace'
    this.#redis = openProducer(options.url, onError)
    this.producer = new Queue(this.#name, {
      connection: this.#redis,
      prefix: this.#prefix,
      defaultJobOptions: JOB_OPTIONS,
      streams: STREAMS,
      // Either check would be remembered for ever if Redis were away just now.
      skipVersionCheck: true,
      skipWaitingForReady: true,
    })
    this.producer.on('error', onError)
  }

  async ready(): Promise<void> {
    await untilConnected(this.#redis)
    if (this.#redis.status === 'ready') await this.#checkServer()
  }

  openWorker(process: ProcessJob, concurrency: number): WorkerHandle {
    const redis = new WorkerRedis(this.#options.url, this.#onError)
    const worker = new PatientWorker(this.#name, process, {
      ...WORKER_OPTIONS,
      ...stalledAfter(this.#options.stalledMs),
      connection: redis,
      prefix: this.#prefix,
      concurrency,
      // It would print plain text; `inspectRedis` looks at the version and the policy.
      skipVersionCheck: true,
    })
    worker.on('error', exceptLostJobs(this.#onError))
    return { worker, abort: () => redis.abort() }
  }

  /** Jobs are removed as they end, so a job that exists and is in nobody's hand waits. */
  async holding(jobIds: readonly string[]): Promise<Set<string>> {
    const pipeline = this.#redis.pipeline().lrange(this.producer.toKey('active'), 0, -1)
    for (const id of jobIds) pipeline.exists(this.producer.toKey(id))
    const [active, ...exist] = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
      if (error) throw error
      return reply
    })
    const inHand = new Set(active as string[])
    return new Set(jobIds.filter((id, index) => exist[index] === 1 && !inHand.has(id)))
  }

  generation(): Promise<string | null> {
    return this.#redis.get(this.#generationKey)
  }

  async markGeneration(mark: string): Promise<void> {
    await this.#redis.set(this.#generationKey, mark)
  }

  async ping(): Promise<void> {
    await withDeadline(this.#checkServer(), ANSWER_MS, 'a ping of Redis')
  }

  /** A primary may have become a replica since. */
  async #checkServer(): Promise<void> {
    const [, fault] = await Promise.all([this.#redis.ping(), findRedisFault(this.#redis)])
    if (fault !== undefined) throw new Error(fault)
  }

  async close(): Promise<void> {
    await withDeadline(this.producer.close(), ANSWER_MS, 'closing the queue').catch(this.#onError)
    cut(this.#redis)
  }

  get #generationKey(): string {
    return `${this.#prefix}:generation`
  }
}
