import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'bullmq'
import { WORKER_OPTIONS } from '../bullmq/settings.js'

/**
 * BullMQ's worker, with a pause before the error of a failed fetch. BullMQ waits by itself only where the connection is
 * lost; whatever else a server refuses (a replica, a full disk or memory, data that is being loaded) it answers with
 * the next try at once, a thousand a second.
 */
export class PatientWorker extends Worker {
  override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name)
    } catch (thrown) {
      await delay(WORKER_OPTIONS.runRetryDelay)
      throw thrown
    }
  }
}
