import type { RunEvent, RunStatus } from '@millrace/contracts'
import {
  type EventFeed,
  encodeRunFeed,
  type FeedMessage,
  type RunAnswer,
  runTopic,
  workspaceTopic,
} from '@millrace/feed'

/**
 * Sends durable events to the feed, all runs of one turn of the event loop in one round trip.
 * Best effort: a viewer that misses a message re-reads from Postgres within a second (D16), so nothing here is
 * retried and nothing waits for it.
 */
export class Publisher {
  #batch: FeedMessage[] = []
  #scheduled = false

  constructor(
    private readonly feed: Pick<EventFeed, 'publish'>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * `status` is told to the run list of the workspace; undefined when it has not changed. `answer` is for a caller who
   * waits for the run.
   */
  durable(
    runId: string,
    workspaceId: string,
    events: readonly RunEvent[],
    status: RunStatus | undefined,
    answer?: RunAnswer,
  ): void {
    const lastSeq = events.at(-1)?.seq
    if (lastSeq === undefined) return
    this.#batch.push({ topic: runTopic(runId), payload: encodeRunFeed(events, lastSeq, answer) })
    if (status !== undefined) {
      this.#batch.push({
        topic: workspaceTopic(workspaceId),
        payload: JSON.stringify({ runId, status, lastSeq }),
      })
    }
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#send())
  }

  #send(): void {
    this.#scheduled = false
    const batch = this.#batch
    this.#batch = []
    this.feed.publish(batch).catch(this.onError)
  }
}
