import type { RunSweeps } from '@millrace/run-store'
import type { Pass } from '../loop.js'

/** Removes what nobody will look at again: workers long dead, and messages that met their run's end. */
export class Cleaner implements Pass {
  readonly #store: Pick<RunSweeps, 'deleteDeadWorkers' | 'deleteUnreadMessages'>

  constructor(store: Pick<RunSweeps, 'deleteDeadWorkers' | 'deleteUnreadMessages'>) {
    this.#store = store
  }

  async runOnce(): Promise<undefined> {
    await this.#store.deleteDeadWorkers()
    await this.#store.deleteUnreadMessages()
  }
}
