import { CONTROL_TOPIC, type EventFeed } from '@millrace/feed'
import type { JobQueue } from '@millrace/queue'
import type { RunStore } from '@millrace/run-store'

export interface DoorbellDeps {
  readonly store: Pick<RunStore, 'admittedRuns'>
  readonly queue: Pick<JobQueue, 'enqueue'>
  readonly feed: Pick<EventFeed, 'publish'>
  readonly log: { warn(details: object, message: string): void }
}

/** Rings for runs that a worker knows to be in want of an owner. Never rejects: the sweeper rings for what is lost. */
export class Doorbells {
  constructor(private readonly deps: DoorbellDeps) {}

  async ring(runIds: readonly string[]): Promise<void> {
    if (runIds.length === 0) return
    await this.deps.queue
      .enqueue(runIds.map((runId) => ({ runId })))
      .catch((error) =>
        this.deps.log.warn({ err: error }, 'handed-back runs were not enqueued; the sweeper will'),
      )
  }

  /** A run that is at work hears it sooner by a nudge. */
  async ringAndNudge(runId: string): Promise<void> {
    await this.ring([runId])
    const nudge = { topic: CONTROL_TOPIC, payload: JSON.stringify({ runId }) }
    await this.deps.feed
      .publish([nudge])
      .catch((error) => this.deps.log.warn({ err: error }, 'a worker was not nudged'))
  }

  /** The end of a limited run has given its place to others (D18). */
  async ringAdmitted(workflowId: string): Promise<void> {
    try {
      await this.ring(await this.deps.store.admittedRuns(workflowId))
    } catch (error) {
      this.deps.log.warn({ err: error, workflowId }, 'runs that got a place were not found')
    }
  }
}
