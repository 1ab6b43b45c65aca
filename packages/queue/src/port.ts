/**
 * Port: the job queue. A job is a doorbell (D11): it names a run that may have work, and nothing else.
 * Postgres holds the truth; losing every job loses no run. Two adapters, one test suite.
 */
export interface JobQueue {
  /**
   * Adds one job a run, in one round trip. Job ids are `<runId>.<nonce>`, never reused (D10).
   * Rejects when the backend cannot be reached; it never queues offline.
   * @returns the job ids, in order.
   */
  enqueue(jobs: readonly EnqueueRequest[]): Promise<string[]>
  /**
   * Which of these job ids still wait in the queue. One that a worker has in hand does not count: it is answered
   * within moments, or its worker is gone, and nobody could tell which (D10).
   */
  holding(jobIds: readonly string[]): Promise<Set<string>>
  /** Jobs waiting to be taken. */
  depth(): Promise<number>
  /** Starts taking jobs. The handler resolves once the doorbell has been answered; the job is then removed. */
  consume(handler: JobHandler, options: ConsumeOptions): Promise<JobConsumer>
  /**
   * The generation mark: `absent` when the backend has lost its data since the mark was set (FLUSHALL), or when
   * priorities are counted from another day since (see {@link virtualDeadline}), which calls for one paced re-enqueue of all unleased runs. Setting it is idempotent.
   */
  generation(): Promise<'present' | 'absent'>
  markGeneration(): Promise<void>
  /** Rejects when the backend does not answer within 2 s. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface EnqueueRequest {
  readonly runId: string
  /** Smaller is sooner, 0 to 2^21 − 1; 0 when left out. */
  readonly priority?: number
}

/** Told of the job's priority too: jobs in hand may still have to wait for each other. */
export type JobHandler = (runId: string, priority: number) => Promise<void>

export interface ConsumeOptions {
  /** Jobs answered at the same time. */
  readonly concurrency: number
}

export interface JobConsumer {
  /** Stops fetching; jobs already fetched are answered. */
  pause(): Promise<void>
  resume(): void
  /** Stops fetching and waits for the jobs in hand. */
  close(): Promise<void>
}
