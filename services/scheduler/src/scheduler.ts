import type { Sql } from '@millrace/db'
import { type JobQueue, virtualDeadline } from '@millrace/queue'
import type { RunIntake, RunSweeps } from '@millrace/run-store'
import { Admitter } from './admitter/admitter.js'
import { Cleaner } from './cleaner/cleaner.js'
import { Loop } from './loop.js'
import { Sweeper } from './sweeper/sweeper.js'
import { Ticks } from './ticks/ticks.js'
import { Timers } from './timers/timers.js'

/** What the scheduler needs from its process, which opens and closes all of it. */
export interface SchedulerDeps {
  /** A pool of at least 4 connections: loops hold one while they use another. */
  readonly sql: Sql
  readonly store: Pick<RunIntake, 'accept'> & RunSweeps
  readonly queue: Pick<JobQueue, 'enqueue' | 'holding' | 'generation' | 'markGeneration'>
  readonly onError: (error: unknown, loop: string) => void
  /** Told how many runs were rung for, and why. */
  readonly onSwept?: (count: number, reason: 'stranded' | 'generation') => void
  /** Told of new runs, by the type of their trigger. */
  readonly onAccepted?: (triggerType: string, count: number) => void
  /** Longest pauses between two looks, milliseconds. */
  readonly pauses?: Partial<Pauses>
}

export interface Pauses {
  /** Default 500: a timer or tick made just now is seen within that time. */
  readonly timersMs: number
  readonly ticksMs: number
  /** Default 2,000. */
  readonly sweepMs: number
  /** Default 500; shorter while there is a backlog. */
  readonly admitMs: number
  /** Default 30,000. */
  readonly cleanMs: number
}

/** Any number of schedulers may run: each timer and tick is one's (I6), and one sweeps at a time. */
export interface Scheduler {
  readonly timers: Loop
  readonly ticks: Loop
  readonly sweeper: Loop
  readonly admitter: Loop
  readonly cleaner: Loop
  start(): void
  /** Resolves when the passes in hand have ended. */
  stop(): Promise<void>
  /** Each loop once. @throws what a pass throws. */
  runOnce(): Promise<void>
}

const PAUSES: Pauses = { timersMs: 500, ticksMs: 500, sweepMs: 2_000, admitMs: 250, cleanMs: 30_000 }

export const createScheduler = (deps: SchedulerDeps): Scheduler => {
  const { sql, store, queue, onError } = deps
  const pauses = { ...PAUSES, ...deps.pauses }
  const onSwept = deps.onSwept ?? (() => undefined)
  const onAccepted = deps.onAccepted ?? (() => undefined)
  const ring: ConstructorParameters<typeof Ticks>[0]['ring'] = (runId, priority) => {
    queue
      .enqueue([{ runId, priority: virtualDeadline(priority, Date.now(), Date.now(), 0) }])
      .catch((error) => onError(error, 'ticks'))
  }
  const timers = new Loop(new Timers({ sql, store, queue }), {
    name: 'timers',
    maxPauseMs: pauses.timersMs,
    onError,
  })
  const ticks = new Loop(
    new Ticks({
      sql,
      accept: store.accept,
      ring,
      onAccepted: () => onAccepted('trigger.schedule', 1),
      onError,
    }),
    {
      name: 'ticks',
      maxPauseMs: pauses.ticksMs,
      onError,
    },
  )
  const sweeper = new Loop(new Sweeper({ sql, store, queue, onSwept }), {
    name: 'sweeper',
    maxPauseMs: pauses.sweepMs,
    onError,
  })
  const admitter = new Loop(
    new Admitter({
      sql,
      store,
      queue,
      onFailureRuns: (count) => onAccepted('trigger.failure', count),
      now: Date.now,
    }),
    {
      name: 'admitter',
      maxPauseMs: pauses.admitMs,
      onError,
    },
  )
  const cleaner = new Loop(new Cleaner(store), { name: 'cleaner', maxPauseMs: pauses.cleanMs, onError })
  const loops = [timers, ticks, sweeper, admitter, cleaner]
  return {
    timers,
    ticks,
    sweeper,
    admitter,
    cleaner,
    start: () => {
      for (const loop of loops) loop.start()
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
    runOnce: async () => {
      for (const loop of loops) await loop.runOnce()
    },
  }
}
