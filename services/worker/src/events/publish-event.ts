import { MillraceError } from '@millrace/contracts'
import { CONTROL_TOPIC, type EventFeed } from '@millrace/feed'
import type { NodeEvent } from '@millrace/nodes'
import type { JobQueue } from '@millrace/queue'
import type { RunIntake } from '@millrace/run-store'

export interface EventPublisherDeps {
  readonly store: Pick<RunIntake, 'publishEvent'>
  readonly queue: Pick<JobQueue, 'enqueue'>
  readonly feed: Pick<EventFeed, 'publish'>
  /** Told how many runs an event has started. */
  readonly onStarted: (count: number) => void
  readonly onError: (error: unknown) => void
}

/** The run whose step publishes. */
export interface PublishingRun {
  readonly workspaceId: string
  readonly runId: string
}

/**
 * Publishes the event of a step, once for its idempotency key: what another try of it did stands, whatever this one
 * would say (I5). The runs it starts wait for the backlog to admit them (D19); those it wakes are rung for, and the
 * sweeper rings for whatever is lost here (D4).
 * @throws EVENT_TOO_DEEP; UNAVAILABLE when the database stays away.
 */
export const eventPublisher =
  ({ store, queue, feed, onStarted, onError }: EventPublisherDeps) =>
  async (
    { workspaceId, runId }: PublishingRun,
    idempotencyKey: string,
    { name, key = '', payload }: NodeEvent,
  ): Promise<{ readonly id: string }> => {
    const id = `run:${idempotencyKey}`
    const event = { workspaceId, id, name, key, payload, sourceRunId: runId, backlog: true }
    const { kind, woken, started } = await store.publishEvent(event)
    if (kind === 'too_deep') throw new MillraceError('EVENT_TOO_DEEP')
    if (started.length > 0) onStarted(started.length)
    if (woken.length === 0) return { id }
    queue.enqueue(woken.map((each) => ({ runId: each }))).catch(onError)
    const nudges = woken.map((each) => ({ topic: CONTROL_TOPIC, payload: JSON.stringify({ runId: each }) }))
    feed.publish(nudges).catch(onError)
    return { id }
  }
