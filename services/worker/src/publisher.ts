import type { RunEvent, RunStatus } from '@millrace/contracts'
import {
  type EventFeed,
  encodeRunFeed,
  type FeedMessage,
  type NewTaskPayload,
  type RunAnswer,
  runTopic,
  TASKS_TOPIC,
  workspaceTopic,
} from '@millrace/feed'
import type { WaitRow } from '@millrace/run-store'

/**
 * Sends durable events to the feed, all runs of one turn of the event loop in one round trip.
 * Best effort: a viewer that misses a message re-reads from Postgres within a second (D16), so nothing here is
 * retried and nothing waits for it.
 */
export class Publisher {
  #batch: FeedMessage[] = []
  /** Payloads: many tasks of one queue are one word. */
  readonly #tasks = new Set<string>()
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
    this.#schedule()
  }

  /** Tells the programs that wait for tasks; `waits` have become durable. */
  waiting(workspaceId: string, waits: readonly WaitRow[]): void {
    for (const { kind, name } of waits)
      if (kind === 'task' && name !== null) {
        this.#tasks.add(JSON.stringify({ workspaceId, queue: name } satisfies NewTaskPayload))
        this.#schedule()
      }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#send())
  }

  #send(): void {
    this.#scheduled = false
    const batch = this.#batch
    this.#batch = []
    for (const payload of this.#tasks) batch.push({ topic: TASKS_TOPIC, payload })
    this.#tasks.clear()
    this.feed.publish(batch).catch(this.onError)
  }
}
