import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Definition, isTerminal, MAIN_PORT } from '@millrace/contracts'
import { openDatabase, uuidv7 } from '@millrace/db'
import { buildGraph } from '@millrace/engine'
import { createPostgresFeed, type EventFeed, encodeRunFeed, runTopic } from '@millrace/feed'
import { createRunStore, type RunStore } from '@millrace/run-store'
import { z } from 'zod'
import { ORIGIN } from '../../src/features/run-console/testing/graphs.js'
import { Play } from '../../src/features/run-console/testing/play.js'
import type { RunningApp } from '../fixture.js'

/** A worker whose steps take as long as the benchmark wants: it decides, writes and tells as the real one does. */
export interface PlayedWorker {
  /** Publishes the workflow, and owns a run of it. */
  start(definition: Definition): Promise<PlayedRun>
  close(): Promise<void>
}

const LEASE_MS = 3_600_000

export async function startPlayedWorker(app: RunningApp, databaseUrl: string): Promise<PlayedWorker> {
  const database = openDatabase(databaseUrl, { applicationName: 'bench', max: 3 })
  const store = createRunStore(database.sql, { workerId: randomUUID() })
  const feed = await createPostgresFeed({ url: databaseUrl })
  await store.registerWorker('bench', LEASE_MS)
  return {
    async start(definition) {
      await app.api('POST', '/workflows/import', { definition, publish: true })
      const [version] = await database.sql<{ id: string; workflowId: string; workspaceId: string }[]>`
        SELECT id, workflow_id AS "workflowId", workspace_id AS "workspaceId" FROM workflow_versions
        ORDER BY id DESC LIMIT 1`
      const { id: versionId, ...ids } = z
        .object({ id: z.string(), workflowId: z.string(), workspaceId: z.string() })
        .parse(version)
      const run = { id: uuidv7(), ...ids, versionId, ...ORIGIN }
      await store.accept({ ...run, priority: 'normal', idempotencyKey: null, requestHash: null })
      const claimed = await store.claim(run.id)
      if (claimed === null) throw new Error('The run was not there to claim')
      return new PlayedRun(store, feed, definition, { ...run, epoch: claimed.epoch })
    },
    async close() {
      await store.removeWorker()
      await feed.close()
      await store.close()
      await database.close()
    },
  }
}

interface OwnedRun {
  readonly id: string
  readonly workspaceId: string
  readonly epoch: number
}

/** Events a flush at most. */
const MAX_FLUSH = 2_000

export class PlayedRun {
  readonly play: Play
  #flushed = 0

  constructor(
    private readonly store: RunStore,
    private readonly feed: EventFeed,
    definition: Definition,
    private readonly run: OwnedRun,
  ) {
    const get = (type: string) => ({
      trigger: type.startsWith('trigger.'),
      ports: () => [MAIN_PORT],
      checkParams: () => [],
    })
    this.play = new Play(buildGraph(definition, { types: [], get }))
    this.play.now = Date.now()
    this.play.claim()
  }

  get id(): string {
    return this.run.id
  }

  /** Plays on with `lines` lines a step, and writes so many events a second as they come, until the run has ended. */
  async playPaced(lines: number, perSecond: number): Promise<void> {
    const { play } = this
    const from = Date.now()
    for (const act of actsOf(play, lines)) {
      play.now = Date.now()
      act()
      if (play.events.length < ((Date.now() - from) / 1_000) * perSecond) continue
      await this.#flush()
      await pause((play.events.length / perSecond) * 1_000 - (Date.now() - from))
    }
    await this.#flush()
  }

  /** Plays to the end at once. */
  async playThrough(lines: number): Promise<void> {
    for (const act of actsOf(this.play, lines)) {
      act()
      if (this.play.events.length - this.#flushed >= MAX_FLUSH) await this.#flush()
    }
    await this.#flush()
  }

  async #flush(): Promise<void> {
    const { events, state } = this.play
    const isOver = isTerminal(state.status)
    const result = await this.store.submit({
      runId: this.run.id,
      workspaceId: this.run.workspaceId,
      epoch: this.run.epoch,
      expectedSeq: this.#flushed,
      newSeq: events.length,
      events: events.slice(this.#flushed),
      steps: [],
      run: {
        status: state.status,
        startedAt: state.startedAt,
        finishedAt: state.finishedAt,
        error: state.error,
        output: state.output,
      },
      release: isOver,
      timers: undefined,
      consumedInbox: [],
      payloads: [],
      response: undefined,
    })
    if (result.kind !== 'durable') throw new Error(`The flush was ${result.kind}`)
    const fresh = events.slice(this.#flushed)
    this.#flushed = events.length
    // Best effort, as a worker's: whoever misses a part reads it from the database.
    await this.feed
      .publish([{ topic: runTopic(this.run.id), payload: encodeRunFeed(fresh, events.length) }])
      .catch(() => undefined)
  }
}

/** What completes the run, one act at a time: so many lines of each step, then its end. */
function* actsOf(play: Play, lines: number): Generator<() => void> {
  for (let index = 0; index < play.events.length; index++) {
    const event = play.events[index]!
    if (event.type !== 'step_started' || event.path === ORIGIN.trigger) continue
    const { path } = event
    for (let line = 0; line < lines; line++) yield () => play.log(path, `line ${line} of ${path}`)
    yield () => play.complete(path, { path })
  }
}
