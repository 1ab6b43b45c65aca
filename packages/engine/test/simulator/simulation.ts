import { isTerminal, type RunEvent, type StepError } from '@millrace/contracts'
import {
  type Command,
  decide,
  type Graph,
  isIdle,
  itemFailed,
  pageRange,
  type RunInput,
  type RunState,
  runningSteps,
  stepAt,
} from '../../src/index.js'
import { inShort, makeError } from '../run/play.js'
import { Database, type Message, messageOf } from './database.js'
import { Outcomes, type Place } from './outcomes.js'
import type { Random } from './random.js'

interface Attempt extends Place {
  aborted: boolean
}

type Timer = Extract<Command, { dueAt: number }>
type Chore = Extract<
  Command,
  { kind: 'close_container' | 'check_iteration' | 'settle_page' | 'execute_page' | 'find_undoable' }
>

export interface SimulationOptions {
  /** Items of a map: fewer than this. */
  readonly items: number
  /** Collects every transition that was seen. */
  readonly seen: Set<string>
  /** Told of everything that happens, where somebody wants to read it. */
  readonly note: ((line: string) => void) | undefined
}

/**
 * One run, driven as workers drive it. Owns: one worker's memory, which a crash takes: its state, its events not yet
 * durable, its attempts, timers and chores, and what it was told. Does not own: what is durable (its database).
 *
 * 1. No attempt of a step begins once a completion of that step is durable (I2).
 * 2. A run that is parked is taken up for a message, and for nothing else (D4).
 * 3. Whatever is durable folds to what was decided, from the first event and from a snapshot (D20).
 */
export class Simulation {
  readonly #database: Database
  readonly #outcomes: Outcomes
  /** To this owner: what another one was told, nobody tells again. */
  #delivered: RunInput[] = []
  #state: RunState | undefined
  #pending: RunEvent[] = []
  #attempts: Attempt[] = []
  #timers: Timer[] = []
  readonly #chores = new Map<string, Chore>()
  #now = 1_000

  constructor(
    private readonly graph: Graph,
    private readonly random: Random,
    private readonly options: SimulationOptions,
  ) {
    this.#database = new Database(graph, options.seen)
    this.#outcomes = new Outcomes(graph, random, options.items)
  }

  get ended(): boolean {
    return this.#database.ended
  }

  /** Something at random, with trouble: crashes, pauses, echoes, errors. */
  disturb(): void {
    const dice = this.random.int(this.#state === undefined ? 6 : 20)
    if (dice === 0) this.#ask({ kind: 'pause_requested' })
    else if (dice === 1) this.#ask({ kind: 'resume_requested' })
    else if (dice === 2) this.#askForTheEnd()
    else if (dice === 6) this.#crash()
    else if (dice === 7) this.#park()
    else if (dice === 8) this.#echo()
    else if (dice === 9) this.#noise()
    else if (dice === 10) this.#flush()
    else if (dice >= 15 && this.#attempts.length > 0) this.#end(this.random.pick(this.#attempts))
    else this.#goOn()
  }

  /** Something that brings the run nearer to its end. Throws Error when there is nothing: the run hangs (I1). */
  progress(): void {
    // Rare enough for every run to end, and often enough for long ones to be taken over late.
    if (this.#state !== undefined && this.random.chance(0.001)) this.#crash()
    else if (!this.#goOn()) throw new Error(`the run hangs, ${this.#database.status} in the database`)
  }

  /** What there is to be done, each with how often. */
  readonly #useful: readonly { count(): number; act(nth: number): void }[] = [
    { count: () => this.#attempts.length, act: (nth) => this.#succeed(this.#attempts[nth]!) },
    { count: () => this.#chores.size, act: (nth) => this.#work([...this.#chores.keys()][nth]!) },
    { count: () => this.#database.waits.size, act: (nth) => this.#answer([...this.#database.waits][nth]!) },
    { count: () => Number(this.#pending.length > 0), act: () => this.#flush() },
    { count: () => Number(this.#mayPark), act: () => this.#park() },
    { count: () => Number(this.#mayClaim), act: () => this.#claim() },
    {
      count: () => Number(this.#state !== undefined && this.#database.spokenTo),
      act: () => this.#readInbox(),
    },
    { count: () => Number(this.#timers.length > 0), act: () => this.#ringNext() },
    { count: () => Number(this.#isAsleep && this.#database.timers.length > 0), act: () => this.#wake() },
    { count: () => Number(this.#isPaused), act: () => this.#ask({ kind: 'resume_requested' }) },
  ]

  /** One of them, at random; false when there is none. */
  #goOn(): boolean {
    if (this.#state !== undefined && isTerminal(this.#state.status)) {
      this.#flush()
      return true
    }
    const total = this.#useful.reduce((sum, { count }) => sum + count(), 0)
    let nth = this.random.int(total)
    for (const { count, act } of total === 0 ? [] : this.#useful) {
      const often = count()
      if (nth < often) {
        act(nth)
        return true
      }
      nth -= often
    }
    return false
  }

  get #mayClaim(): boolean {
    const { ended, parked, spokenTo } = this.#database
    return this.#state === undefined && !ended && (!parked || spokenTo)
  }

  get #mayPark(): boolean {
    const state = this.#state
    if (state === undefined || isTerminal(state.status) || !isIdle(state)) return false
    return this.#attempts.length === 0 && this.#chores.size === 0
  }

  get #isAsleep(): boolean {
    return this.#state === undefined && this.#database.parked
  }

  get #isPaused(): boolean {
    return (this.#state?.status ?? this.#database.status) === 'paused'
  }

  // ── the worker ──

  #claim(): void {
    const state = this.#database.fold(this.random.chance(0.5))
    this.#note(`claim at ${state.lastSeq}`)
    this.#state = state
    const ends = this.#database.inbox.some(
      ({ message }) => message.kind === 'cancel_requested' || message.kind === 'fail_requested',
    )
    if (!ends) this.#send({ kind: 'claimed', ...this.#claimFacts(state) })
    this.#readInbox()
  }

  #claimFacts(state: RunState): { taken?: readonly number[]; crashed?: Map<string, readonly number[]> } {
    if (state.lastSeq === 0) return { taken: this.#outcomes.edges(state.trigger) }
    const left = runningSteps(state).filter(({ node }) => this.graph.nodes[node]?.onCrash === 'fail')
    return { crashed: new Map(left.map(({ path, node }) => [path, this.#outcomes.failureEdges(node)])) }
  }

  #send(input: RunInput): void {
    const state = this.#state
    if (state === undefined) return
    this.#delivered.push(input)
    const { events, commands } = decide(state, input, this.#now)
    this.options.note?.(`${input.kind} → ${events.map(inShort).join(', ')}`)
    for (const event of events) this.#pending.push(event)
    for (const command of commands) this.#perform(command)
  }

  #perform(command: Command): void {
    switch (command.kind) {
      case 'execute_step':
        if (this.#database.done.has(command.path))
          throw new Error(`${command.path} runs again after it was done (I2)`)
        this.#attempts.push({ ...command, aborted: false })
        return
      case 'abort_step':
        for (const attempt of this.#attempts) if (attempt.path === command.path) attempt.aborted = true
        return
      case 'start_retry_timer':
      case 'start_delay_timer':
      case 'start_timeout_timer':
      case 'start_run_timer':
        this.#timers.push(command)
        return
      case 'close_container':
      case 'check_iteration':
      case 'settle_page':
      case 'execute_page':
      case 'find_undoable':
        this.#chores.set(JSON.stringify(command), command)
        return
      case 'reuse_step':
        throw new Error('nothing is seeded here')
      case 'finish_run':
        if (this.#pending.at(-1)?.type !== 'run_finished') throw new Error('finished without its event')
    }
  }

  #flush(parks = false): void {
    if (this.#state === undefined) return
    this.#note('flush')
    this.#database.write(this.#pending, this.#state, parks, this.random.chance(0.1))
    this.#pending = []
    if (!this.ended) return
    this.#database.compare(this.#state)
    this.#forget()
  }

  /** What was not flushed is gone; what the inbox held is there again. */
  #crash(): void {
    this.#note(`crash, ${this.#pending.length} events lost`)
    this.#pending = []
    for (const row of this.#database.inbox) row.taken = false
    this.#forget()
  }

  #park(): void {
    const state = this.#state
    if (state === undefined || !this.#mayPark) return
    this.#send({ kind: 'park' })
    this.#flush(true)
    if (this.random.chance(0.2)) this.#database.compare(state)
    this.#forget()
    const { timers, waits, spokenTo } = this.#database
    if (timers.length + waits.size === 0 && !spokenTo && state.status !== 'paused')
      throw new Error('the run is parked, and nothing will wake it (I1)')
  }

  #forget(): void {
    this.#state = undefined
    this.#delivered = []
    this.#attempts = []
    this.#timers = []
    this.#chores.clear()
  }

  // ── attempts ──

  #end(attempt: Attempt): void {
    const { path, attempt: number } = attempt
    const dice = this.random.next()
    if (attempt.aborted && dice < 0.7) {
      this.#release(attempt)
      return this.#send({ kind: 'step_aborted', path, attempt: number })
    }
    if (dice < 0.35) return this.#succeed(attempt)
    this.#release(attempt)
    if (dice < 0.8) return this.#send(this.#outcomes.errored(attempt))
    this.#send(this.#outcomes.suspended(attempt, this.#now))
  }

  #succeed(attempt: Attempt): void {
    this.#release(attempt)
    const isContainer = this.graph.bodyOf(attempt.node) !== undefined
    this.#send(isContainer ? this.#outcomes.opened(attempt) : this.#outcomes.completed(attempt))
  }

  #release(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter((each) => each !== attempt)
  }

  // ── containers ──

  #work(key: string): void {
    const chore = this.#chores.get(key)!
    this.#chores.delete(key)
    if (chore.kind === 'find_undoable') return this.#findUndoable(chore.before)
    const inside = this.#state && stepAt(this.#state, chore.path)?.inside
    if (inside == null) return
    const { path, attempt } = chore
    if (chore.kind === 'close_container') return this.#close(chore, inside.error)
    if (chore.kind === 'check_iteration') return this.#check(chore)
    const { from, to } = pageRange(inside, chore.page)
    if (chore.kind === 'execute_page' && this.random.chance(0.1))
      return this.#send(this.#outcomes.errored(chore, itemFailed(path, from, makeError())))
    this.#send({
      kind: 'page_done',
      path,
      attempt,
      page: chore.page,
      completed: to - from,
      failed: 0,
      output: [],
    })
  }

  /** Looks at what is durable, as the run's owner does. */
  #findUndoable(asked: number): void {
    this.#flush()
    this.#send({ kind: 'undoable_found', asked, ...this.#database.undoable(asked, 1 + this.random.int(4)) })
  }

  #close(container: Place, error: StepError | null): void {
    this.#send(
      error === null ? this.#outcomes.completed(container) : this.#outcomes.errored(container, error),
    )
  }

  #check(chore: Extract<Chore, { kind: 'check_iteration' }>): void {
    const { path, attempt, index } = chore
    const wait = this.#state && stepAt(this.#state, path)?.wait
    if (wait?.kind !== 'iteration' || this.random.chance(0.4))
      return this.#send(this.#outcomes.completed(chore))
    if (index + 1 < wait.max)
      return this.#send({ kind: 'step_waits', path, attempt, wait: { ...wait, index: index + 1 } })
    this.#send(this.#outcomes.errored(chore, makeError({ code: 'ITERATIONS_EXHAUSTED', retryable: false })))
  }

  // ── time and the outside ──

  #ringNext(): void {
    const next = this.#timers.reduce((first, timer) => (timer.dueAt < first.dueAt ? timer : first))
    this.#timers = this.#timers.filter((timer) => timer !== next)
    this.#now = Math.max(this.#now, next.dueAt)
    if (next.kind === 'start_retry_timer') this.#send({ ...next, kind: 'retry_due' })
    else if (next.kind === 'start_run_timer') this.#send({ kind: 'run_timed_out' })
    else if (next.kind === 'start_timeout_timer') this.#take({ ...next, kind: 'time_over' })
    else this.#take({ ...next, kind: 'delay_over' })
  }

  /** A due timer of a parked run becomes a message in the transaction that deletes it (D5). */
  #wake(): void {
    const timer = this.random.pick(this.#database.timers)
    this.#note(`wake: ${timer.kind} ${timer.path}`)
    this.#now = Math.max(this.#now, timer.dueAt)
    this.#database.timers = this.#database.timers.filter((each) => each !== timer)
    this.#ask(messageOf(timer))
  }

  #answer([path, attempt]: readonly [string, number]): void {
    this.#database.waits.delete(path)
    this.#ask({ kind: 'wait_over', path, attempt })
  }

  #askForTheEnd(): void {
    if (this.random.chance(0.03)) this.#ask({ kind: 'cancel_requested' })
    else if (this.random.chance(0.02)) this.#ask({ kind: 'fail_requested', error: makeError() })
  }

  /** Now and then it is said twice. */
  #ask(message: Message): void {
    this.#note(`ask: ${message.kind}`)
    for (let copies = this.random.chance(0.1) ? 2 : 1; copies > 0; copies--)
      this.#database.inbox.push({ message, taken: false })
  }

  /** In order, or not: nothing may depend on it. */
  #readInbox(): void {
    const rows = this.#database.inbox.filter(({ taken }) => !taken)
    if (this.random.chance(0.3)) rows.reverse()
    for (const row of rows) {
      row.taken = true
      this.#take(row.message)
    }
  }

  #take(message: Message): void {
    if (message.kind === 'time_over') return this.#timeOut(message.path)
    if (message.kind !== 'delay_over' && message.kind !== 'wait_over') return this.#send(message)
    const step = this.#state && stepAt(this.#state, message.path)
    const awaited = message.kind === 'delay_over' ? 'timer' : 'resume'
    if (step?.wait?.kind !== awaited || step.attempt !== message.attempt) return
    if (awaited === 'resume' && this.random.chance(0.2)) this.#send(this.#outcomes.errored(step))
    else this.#send(this.#outcomes.completed(step))
  }

  #timeOut(path: string): void {
    const step = this.#state && stepAt(this.#state, path)
    if (step !== undefined) this.#send(this.#outcomes.timedOut(step))
  }

  /** An input that was delivered before comes once more. */
  #echo(): void {
    if (this.#delivered.length === 0) return
    const input = this.random.pick(this.#delivered)
    // A second claim means a crash; asks of people are not echoes.
    if (input.kind !== 'claimed' && !input.kind.endsWith('_requested')) this.#send(input)
  }

  /** Lines of a log, and rings that fit nothing. */
  #noise(): void {
    const { id } = this.random.pick(this.graph.nodes)
    const attempt = this.random.int(3)
    if (this.random.chance(0.5)) this.#send({ kind: 'retry_due', path: id, attempt: attempt + 5 })
    else this.#send({ kind: 'step_logged', path: id, attempt, level: 'info', message: 'line' })
    this.#now += this.random.int(20)
  }

  #note(text: string): void {
    this.options.note?.(text)
  }
}
