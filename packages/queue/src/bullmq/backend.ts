import { ErrorCode, type Job, type Queue, type Worker } from 'bullmq'

/** What the shared queue needs of a backend; all that differs between Redis and Postgres is behind it. */
export interface QueueBackend {
  readonly producer: Producer
  openWorker(process: ProcessJob, concurrency: number): WorkerHandle
  holding(jobIds: readonly string[]): Promise<Set<string>>
  /** What was last marked; null when it is gone, with everything else. */
  generation(): Promise<string | null>
  markGeneration(mark: string): Promise<void>
  ping(): Promise<void>
  /** Releases every connection, answered or not; never hangs. */
  close(): Promise<void>
}

export interface Producer {
  addBulk(jobs: Parameters<Queue['addBulk']>[0]): Promise<unknown>
  getJobCounts: Queue['getJobCounts']
}

/** The part of a BullMQ job that a doorbell uses. */
export type DoorbellJob = Pick<Job, 'id' | 'data' | 'priority' | 'moveToWait'>
export type ProcessJob = (job: DoorbellJob, token?: string) => Promise<void>

export interface WorkerHandle {
  readonly worker: DoorbellWorker
  /** Cuts the worker's connections: whatever it waits for fails at once. Idempotent. */
  abort(): void
}

/** The part of a BullMQ worker that its supervisor uses. */
export type DoorbellWorker = Pick<
  Worker,
  'concurrency' | 'waitUntilReady' | 'run' | 'isRunning' | 'pause' | 'resume' | 'isPaused' | 'close'
>

export type OnError = (error: Error) => void

export const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))

const NO_LONGER_OURS: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
])

/**
 * What is worth telling of a worker's errors. After an outage BullMQ reports every job in hand that has meanwhile
 * been lost or given to another; its doorbell was answered, and there is nothing else to it.
 */
export const exceptLostJobs =
  (onError: OnError): OnError =>
  (error) => {
    if (!('code' in error && NO_LONGER_OURS.has(error.code))) onError(error)
  }
