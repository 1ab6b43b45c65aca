import { CONTROL_TOPIC, type EventFeed } from '@millrace/feed'
import type { Enqueuer } from '../runs/enqueuer.js'

/** Has runs read the messages that stand in their inboxes (D3). Whatever is lost here the sweeper rings for. */
export interface Waker {
  wake(runIds: readonly string[]): void
}

export const createWaker = (deps: {
  readonly enqueuer: Enqueuer
  readonly feed: Pick<EventFeed, 'publish'>
  readonly onError: (error: unknown, what: string) => void
}): Waker => ({
  wake: (runIds) => {
    if (runIds.length === 0) return
    for (const runId of runIds) deps.enqueuer.ring({ runId })
    // A run that is at work hears it sooner by a nudge.
    const nudges = runIds.map((runId) => ({ topic: CONTROL_TOPIC, payload: JSON.stringify({ runId }) }))
    deps.feed.publish(nudges).catch((error: unknown) => deps.onError(error, 'nudging a worker'))
  },
})
