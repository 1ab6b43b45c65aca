import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/** Removes what nobody will look at again: workers long dead, messages that met their run's end, places of runs that are gone. */
export class Cleaner implements Pass {
  readonly #store: Pick<RunSweeps, 'deleteDeadWorkers' | 'deleteUnreadMessages' | 'cleanSlots'>

  constructor(store: Pick<RunSweeps, 'deleteDeadWorkers' | 'deleteUnreadMessages' | 'cleanSlots'>) {
    this.#store = store
  }

  async runOnce(): Promise<undefined> {
    await this.#store.deleteDeadWorkers()
    await this.#store.deleteUnreadMessages()
    await this.#store.cleanSlots()
  }
}
