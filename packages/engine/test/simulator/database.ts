import { type RunEvent, type RunSnapshot, type RunStatus, runSnapshot } from '@millrace/contracts'
import {
  foldEvents,
  type Graph,
  type PendingTimer,
  pathThatUndoes,
  pendingTimers,
  type RunInput,
  type RunState,
  snapshotOf,
} from '../../src/index.js'
import { ORIGIN } from '../run/play.js'
import { Referee } from './referee.js'

/** What the outside says to a run; it stands here until the events it caused are durable (D3). */
export type Message =
  | Extract<RunInput, { kind: `${string}_requested` | 'retry_due' | 'run_timed_out' }>
  | { readonly kind: 'delay_over'; readonly path: string; readonly attempt: number }
  | { readonly kind: 'time_over'; readonly path: string; readonly attempt: number }
  | { readonly kind: 'wait_over'; readonly path: string; readonly attempt: number }

/** What becomes of a timer of a parked run (D5). */
export const messageOf = ({ kind, path, attempt }: PendingTimer): Message =>
  kind === 'run_timeout' ? { kind: 'run_timed_out' } : { kind: RINGS[kind], path, attempt }

const RINGS = { retry: 'retry_due', delay: 'delay_over', step_timeout: 'time_over' } as const

export interface InboxRow {
  readonly message: Message
  /** By the worker that has the run; a crash forgets it. */
  taken: boolean
}

/**
 * What a crash of the worker leaves: durable events, messages, timers, waits of the outside, a snapshot.
 *
 * 1. Whatever becomes durable passes the referee.
 * 2. A completion that is durable is known for ever (I2).
 */
export class Database {
  readonly events: RunEvent[] = []
  readonly inbox: InboxRow[] = []
  readonly done = new Set<string>()
  /** By path, the attempt that waits for somebody. */
  readonly waits = new Map<string, number>()
  timers: readonly PendingTimer[] = []
  /** True: nobody takes the run without a message. */
  parked = false
  #snapshot: string | undefined
  readonly #referee: Referee

  constructor(
    private readonly graph: Graph,
    seen: Set<string>,
  ) {
    this.#referee = new Referee(graph, seen)
  }

  get ended(): boolean {
    return this.#referee.finished
  }

  get status(): RunStatus {
    return this.#referee.status
  }

  get spokenTo(): boolean {
    return this.inbox.some(({ taken }) => !taken)
  }

  /** One flush: the events, the messages that caused them, and what a park leaves (D5). */
  write(events: readonly RunEvent[], state: RunState, parks: boolean, withSnapshot: boolean): void {
    for (const event of events) {
      this.#referee.observe(event)
      this.events.push(event)
      if ('path' in event && event.type !== 'step_log') this.#note(event)
    }
    const open = this.inbox.filter(({ taken }) => !taken)
    this.inbox.splice(0, this.inbox.length, ...open)
    if (parks) this.timers = pendingTimers(state)
    this.parked = parks
    if (withSnapshot && !this.ended) this.#snapshot = JSON.stringify(snapshotOf(state))
  }

  #note(event: Extract<RunEvent, { path: string }>): void {
    const { type, path, attempt } = event
    if (type === 'step_succeeded' || type === 'step_failed') this.done.add(path)
    if (type === 'step_waiting' && event.wait.kind === 'resume') this.waits.set(path, attempt)
    else this.waits.delete(path)
  }

  /** What undoes the latest `limit` completions before an event, and where to look for more. */
  undoable(before: number, limit: number): { paths: string[]; before?: number } {
    const done = this.events
      .slice(0, before - 1)
      .flatMap((event) => {
        if (event.type !== 'step_succeeded' || event.error !== undefined) return []
        const path = pathThatUndoes(this.graph, event.path)
        return path === undefined ? [] : [{ path, seq: event.seq }]
      })
      .reverse()
      .slice(0, limit)
    const rest = done.length < limit ? {} : { before: done.at(-1)!.seq }
    return { paths: done.map(({ path }) => path), ...rest }
  }

  fold(fromSnapshot: boolean): RunState {
    const from = fromSnapshot ? this.#readSnapshot() : undefined
    const events = from === undefined ? this.events : this.events.slice(from.seq)
    return foldEvents(this.graph, ORIGIN, events, this.events.length, from)
  }

  #readSnapshot(): RunSnapshot | undefined {
    return this.#snapshot === undefined ? undefined : runSnapshot.parse(JSON.parse(this.#snapshot))
  }

  /** Throws Error unless the state is what the events add up to, from the first one and from the snapshot on (D20). */
  compare(state: RunState): void {
    const expected = inFull(state)
    if (inFull(this.fold(false)) !== expected) throw new Error('the events fold to another state')
    if (this.#snapshot !== undefined && inFull(this.fold(true)) !== expected)
      throw new Error('the snapshot folds to another state')
  }
}

const inFull = (state: RunState): string => {
  const { finishedAt, output, error, running, open, unresolved } = state
  return JSON.stringify([snapshotOf(state), finishedAt, output, error, running, open, unresolved])
}
