import { jobIdMaker } from '../job-id.js'
import type { ConsumeOptions, EnqueueRequest, JobConsumer, JobHandler, JobQueue } from '../port.js'
import { windowOf } from '../virtual-deadline.js'
import type { OnError, QueueBackend } from './backend.js'
import { Consumer } from './consumer.js'
import { JOB_NAME } from './settings.js'

const presentWindow = (): string => String(windowOf(Date.now()))

/**
 * The job queue over BullMQ, the same for every backend. It owns the consumers it has opened and closes them
 * before the backend's connections.
 */
export class BullQueue implements JobQueue {
  readonly #backend: QueueBackend
  readonly #watchdogMs: number
  readonly #onError: OnError
  readonly #nextJobId = jobIdMaker()
  readonly #consumers = new Set<Consumer>()

  constructor(backend: QueueBackend, watchdogMs: number | undefined, onError: OnError) {
    this.#backend = backend
    this.#watchdogMs = watchdogMs ?? 5_000
    this.#onError = onError
  }

  async enqueue(requests: readonly EnqueueRequest[]): Promise<string[]> {
    if (requests.length === 0) return []
    const jobs = requests.map(({ runId, priority }) => ({
      name: JOB_NAME,
      data: { runId },
      opts: { jobId: this.#nextJobId(runId), ...(priority ? { priority } : {}) },
    }))
    await this.#backend.producer.addBulk(jobs)
    return jobs.map((job) => job.opts.jobId)
  }

  async holding(jobIds: readonly string[]): Promise<Set<string>> {
    return jobIds.length === 0 ? new Set() : this.#backend.holding(jobIds)
  }

  async depth(): Promise<number> {
    const { wait = 0, prioritized = 0 } = await this.#backend.producer.getJobCounts('wait', 'prioritized')
    return wait + prioritized
  }

  async consume(handler: JobHandler, options: ConsumeOptions): Promise<JobConsumer> {
    const consumer = new Consumer({
      openWorker: (process, concurrency) => this.#backend.openWorker(process, concurrency),
      depth: () => this.depth(),
      handler,
      concurrency: options.concurrency,
      watchdogMs: this.#watchdogMs,
      onError: this.#onError,
      onClosed: () => this.#consumers.delete(consumer),
    })
    this.#consumers.add(consumer)
    await consumer.start()
    return consumer
  }

  /** Priorities of an earlier window say nothing in this one: its jobs are as good as lost. */
  async generation(): Promise<'present' | 'absent'> {
    return (await this.#backend.generation()) === presentWindow() ? 'present' : 'absent'
  }

  markGeneration(): Promise<void> {
    return this.#backend.markGeneration(presentWindow())
  }

  ping(): Promise<void> {
    return this.#backend.ping()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()))
    await this.#backend.close()
  }
}
