import { setTimeout as delay } from 'node:timers/promises'
import { createPostgresBackend } from 'bullmq'
import { WORKER_OPTIONS } from '../bullmq/settings.js'
import { endJobs, type NextJob, trimEvents } from './end-jobs.js'
import { Together } from './together.js'

type Backend = ReturnType<typeof createPostgresBackend>
type Completion = Parameters<Backend['moveToCompleted']>

/** Jobs ended between two looks at the event log, to which each adds two rows as it is enqueued. */
const TRIM_EVERY = 256

/** BullMQ's backend for a worker that answers doorbells. */
export const doorbellBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const backend = createPostgresBackend(name, options, factoryOptions)
  pauseAfterFailedFetch(backend)
  endTogether(backend, name, options)
  return backend
}

/**
 * A pause before the error of a failed fetch. BullMQ waits by itself only after a refused connection; any other error,
 * such as those of a Postgres that is starting up, it answers with the next try at once, several hundred a second.
 */
function pauseAfterFailedFetch(backend: Backend): void {
  const moveToActive = backend.moveToActive.bind(backend)
  backend.moveToActive = async (...args) => {
    try {
      return await moveToActive(...args)
    } catch (thrown) {
      await delay(WORKER_OPTIONS.runRetryDelay)
      throw thrown
    }
  }
}

/**
 * Jobs that are answered at the same time end together. BullMQ ends each by itself, in some fifteen statements: it looks
 * for parents, children, limits and delays, which doorbells do not have, and writes down what happened, which nobody
 * reads. On Postgres alone that was most of what the database did for a run.
 */
function endTogether(backend: Backend, queue: string, options: object): void {
  const one = backend.moveToCompleted.bind(backend)
  const { lockDuration: lockMs = 30_000, name: workerName } = options as {
    lockDuration?: number
    name?: string
  }
  let untrimmed = 0
  const together = new Together<Completion, NextJob | 'left'>(async (completions) => {
    const jobs = completions.map(([{ id = '' }, , , token, fetchNext]) => ({ id, token, fetchNext }))
    const { pool } = backend.connection
    const ended = await endJobs(pool, jobs, { queue, lockMs, workerName })
    untrimmed += ended.size
    if (untrimmed >= TRIM_EVERY) {
      untrimmed = 0
      // What fails here is done by the next one.
      trimEvents(pool, queue).catch(() => undefined)
    }
    return jobs.map(({ id }) => (ended.has(id) ? ended.get(id) : 'left'))
  })
  backend.moveToCompleted = async (...completion) => {
    const next = backend.closing ? 'left' : await together.add(completion)
    // Somebody has it locked, or it is no longer ours: BullMQ waits for the one and has an error for the other.
    if (next === 'left') return one(...completion)
    const [, , , , fetchNext] = completion
    return { result: fetchNext ? [next ?? null, next?.id ?? '', 0, 0] : undefined, finishedOn: Date.now() }
  }
}
