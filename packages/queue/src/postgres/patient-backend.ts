import { setTimeout as delay } from 'node:timers/promises'
import { createPostgresBackend } from 'bullmq'
import { WORKER_OPTIONS } from '../bullmq/settings.js'

/**
 * BullMQ's backend, with a pause before the error of a failed fetch. BullMQ waits by itself only after a refused
 * connection; any other error, such as those of a Postgres that is starting up, it answers with the next try at
 * once, several hundred a second.
 */
export const patientBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const backend = createPostgresBackend(name, options, factoryOptions)
  const moveToActive = backend.moveToActive.bind(backend)
  backend.moveToActive = async (...args) => {
    try {
      return await moveToActive(...args)
    } catch (thrown) {
      await delay(WORKER_OPTIONS.runRetryDelay)
      throw thrown
    }
  }
  return backend
}
