import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

type Removals =
  | 'deleteDeadWorkers'
  | 'deleteUnreadMessages'
  | 'cleanSlots'
  | 'cleanStarts'
  | 'deleteOldEvents'

/**
 * Removes what nobody will look at again: workers long dead, messages that met their run's end, places and starts of
 * runs that are gone, old events.
 */
export class Cleaner implements Pass {
  readonly #store: Pick<RunSweeps, Removals>

  constructor(store: Pick<RunSweeps, Removals>) {
    this.#store = store
  }

  async runOnce(): Promise<undefined> {
    await this.#store.deleteDeadWorkers()
    await this.#store.deleteUnreadMessages()
    await this.#store.cleanSlots()
    await this.#store.cleanStarts()
    await this.#store.deleteOldEvents()
  }
}
