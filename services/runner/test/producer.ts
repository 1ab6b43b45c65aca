import type { EventDraft, Json, RunEvent, RunStatus } from '@millrace/contracts'
import { type EventFeed, encodeRunFeed, runTopic, workspaceTopic } from '@millrace/feed'
import type { ClaimedRun, FlushUnit, ResponseRow, RunOwnership } from '@millrace/run-store'

/** Appends events to a run as its worker would, without being one: claim, flush, publish. */
export class Producer {
  readonly #store: RunOwnership
  readonly #feed: EventFeed
  readonly #run: ClaimedRun
  #lastSeq: number

  private constructor(store: RunOwnership, feed: EventFeed, run: ClaimedRun) {
    this.#store = store
    this.#feed = feed
    this.#run = run
    this.#lastSeq = run.lastSeq
  }

  static async claim(parts: { store: RunOwnership; feed: EventFeed }, runId: string): Promise<Producer> {
    await parts.store.registerWorker('producer', 60_000)
    const run = await parts.store.claim(runId)
    if (run === null) throw new Error(`run ${runId} cannot be claimed`)
    return new Producer(parts.store, parts.feed, run)
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  /** @param silent leaves the feed out, as when a message is lost. */
  async append(drafts: readonly EventDraft[], options: { silent?: boolean; response?: ResponseRow } = {}) {
    const events = drafts.map((draft, i) => ({ ...draft, seq: this.#lastSeq + i + 1, at: 1_000 }) as RunEvent)
    const finished = events.find((event) => event.type === 'run_finished')
    const status: RunStatus = finished?.status ?? 'running'
    const unit = this.#unit(events, status, finished?.output ?? null, options.response)
    const result = await this.#store.submit(unit)
    if (result.kind !== 'durable') throw new Error(`the flush was ${result.kind}`)
    this.#lastSeq = unit.newSeq
    if (options.silent) return
    await this.#feed.publish([
      { topic: runTopic(this.#run.id), payload: encodeRunFeed(events, unit.newSeq) },
      {
        topic: workspaceTopic(this.#run.workspaceId),
        payload: JSON.stringify({ runId: this.#run.id, status, lastSeq: unit.newSeq }),
      },
    ])
  }

  start(options?: { silent?: boolean }): Promise<void> {
    return this.append([{ type: 'run_started', trigger: this.#run.trigger }], options)
  }

  log(message: string, options?: { silent?: boolean }): Promise<void> {
    return this.append([{ type: 'step_log', path: 'work', attempt: 1, level: 'info', message }], options)
  }

  finish(output: Json = null, options?: { silent?: boolean }): Promise<void> {
    return this.append([{ type: 'run_finished', status: 'completed', output }], options)
  }

  #unit(
    events: readonly RunEvent[],
    status: RunStatus,
    output: Json,
    response: ResponseRow | undefined,
  ): FlushUnit {
    const over = status === 'completed'
    return {
      runId: this.#run.id,
      workspaceId: this.#run.workspaceId,
      epoch: this.#run.epoch,
      expectedSeq: this.#lastSeq,
      newSeq: this.#lastSeq + events.length,
      events,
      steps: [],
      run: { status, startedAt: 1_000, finishedAt: over ? 2_000 : null, error: null, output },
      release: over,
      timers: undefined,
      consumedInbox: [],
      payloads: [],
      response,
    }
  }
}
