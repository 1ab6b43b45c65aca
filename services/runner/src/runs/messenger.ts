import { MillraceError } from '@millrace/contracts'
import { CONTROL_TOPIC, type EventFeed } from '@millrace/feed'
import type { InboxMessage, RunIntake } from '@millrace/run-store'
import type { RunRef } from '../stream/channel.js'
import type { Enqueuer } from './enqueuer.js'
import { noSuchRun } from './params.js'

export interface MessengerDeps {
  readonly store: Pick<RunIntake, 'postToInbox'>
  readonly feed: Pick<EventFeed, 'publish'>
  readonly enqueuer: Enqueuer
  readonly onError: (error: unknown, what: string) => void
}

/** Speaks to runs, which belong to their workers (D3): a message is durable first, and then its run is told. */
export class Messenger {
  readonly #deps: MessengerDeps

  constructor(deps: MessengerDeps) {
    this.#deps = deps
  }

  /**
   * Resolves once the message is durable. If this process dies now, the sweeper finds it.
   * @throws NOT_FOUND, RUN_FINISHED
   */
  async post(run: RunRef, message: InboxMessage): Promise<{ readonly ownerAlive: boolean }> {
    const posted = await this.#deps.store.postToInbox(run.runId, run.workspaceId, message)
    if (posted.kind === 'not_found') throw noSuchRun()
    if (posted.kind === 'finished')
      throw new MillraceError('RUN_FINISHED', `The run is already ${posted.status}`)
    return { ownerAlive: posted.ownerAlive }
  }

  /** Has the message read. D3: the doorbell is rung in any case; a live owner hears it sooner by a nudge. */
  async tell(run: RunRef, { ownerAlive }: { readonly ownerAlive: boolean }): Promise<void> {
    const { feed, enqueuer, onError } = this.#deps
    enqueuer.ring({ runId: run.runId })
    if (!ownerAlive) return
    const nudge = { topic: CONTROL_TOPIC, payload: JSON.stringify({ runId: run.runId }) }
    await feed.publish([nudge]).catch((error: unknown) => onError(error, 'nudging a worker'))
  }

  /**
   * Posts and tells. The nudge is not waited for: it only saves time.
   * @throws NOT_FOUND, RUN_FINISHED
   */
  async send(run: RunRef, message: InboxMessage): Promise<void> {
    void this.tell(run, await this.post(run, message))
  }
}
