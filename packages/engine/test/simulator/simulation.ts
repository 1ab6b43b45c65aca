import { ERROR_PORT, isTerminal, type RunEvent, type Wait } from '@millrace/contracts'
import {
  type Command,
  decide,
  foldEvents,
  type Graph,
  isIdle,
  pendingTimers,
  type RunInput,
  type RunState,
  runningSteps,
  type StepState,
} from '../../src/index.js'
import { inShort, makeError, ORIGIN } from '../run/play.js'
import type { Random } from './random.js'
import { Referee } from './referee.js'

/** A step at one of its attempts. */
interface Place {
  readonly path: string
  readonly node: number
  readonly attempt: number
}

interface Attempt extends Place {
  aborted: boolean
}

interface Timer {
  readonly dueAt: number
  readonly ring: () => void
}

/** What the outside asks for; it stands in the database until the events it caused are durable (D3). */
interface InboxRow {
  readonly input: RunInput
  taken: boolean
}

/**
 * One run, driven as workers drive it. Owns: the durable events, the inbox and the parked timers, which survive a
 * crash; and one worker's memory, which does not: its state, its events not yet durable, its attempts and timers.
 *
 * 1. Durable events are dense (I4), and only grow.
 * 2. No attempt of a step begins once a completion of that step is durable (I2).
 * 3. Whatever is decided passes the referee; whatever is durable folds to what was decided.
 */
export class Simulation {
  readonly trace: string[] = []
  readonly #durable: RunEvent[] = []
  readonly #inbox: InboxRow[] = []
  readonly #done = new Set<string>()
  readonly #delivered: RunInput[] = []
  #state: RunState | undefined
  #pending: RunEvent[] = []
  #attempts: Attempt[] = []
  #timers: Timer[] = []
  #referee: Referee
  #now = 1_000

  constructor(
    private readonly graph: Graph,
    private readonly random: Random,
    private readonly seen: Set<string>,
  ) {
    this.#referee = new Referee(graph, seen)
  }

  get ended(): boolean {
    return this.#durable.at(-1)?.type === 'run_finished'
  }

  /** Something at random, with trouble: crashes, pauses, echoes, errors. */
  disturb(): void {
    this.random.pick(this.#disturbances())()
  }

  /** Something that brings the run nearer to its end. Throws Error when there is nothing: the run hangs (I1). */
  progress(): void {
    const choices = this.#usefulActions()
    if (choices.length === 0) throw new Error(`the run hangs in ${this.#state?.status ?? 'the database'}`)
    this.random.pick(choices)()
  }

  /** To be called at the end. */
  check(): void {
    const finished = this.#durable.filter(({ type }) => type === 'run_finished')
    if (finished.length !== 1 || !this.ended) throw new Error('a run ends once')
    const state = this.#fold()
    if (!isTerminal(state.status)) throw new Error(`the run folds to ${state.status}`)
  }

  #disturbances(): (() => void)[] {
    const actions: (() => void)[] = [
      () => this.#ask({ kind: 'pause_requested' }),
      () => this.#ask({ kind: 'resume_requested' }),
      () => this.#echo(),
    ]
    if (this.random.chance(0.02)) actions.push(() => this.#ask({ kind: 'cancel_requested' }))
    if (this.random.chance(0.01))
      actions.push(() => this.#ask({ kind: 'fail_requested', error: makeError() }))
    if (this.#state !== undefined) {
      actions.push(
        () => this.#flush(),
        () => this.#crash(),
        () => this.#park(),
        () => this.#noise(),
      )
      actions.push(
        ...this.#attempts.flatMap((attempt) => [() => this.#end(attempt), () => this.#end(attempt)]),
      )
      actions.push(...this.#answerable().map((step) => () => this.#err(step)))
    }
    return [...actions, ...this.#usefulActions()]
  }

  #usefulActions(): (() => void)[] {
    const state = this.#state
    if (state === undefined) return this.ended ? [] : [() => this.#claim()]
    if (isTerminal(state.status)) return [() => this.#flush()]
    const actions: (() => void)[] = this.#attempts.map((attempt) => () => this.#succeed(attempt))
    if (this.#timers.length > 0) actions.push(() => this.#ringNext())
    if (this.#inbox.some(({ taken }) => !taken)) actions.push(() => this.#readInbox())
    if (state.status === 'paused') actions.push(() => this.#ask({ kind: 'resume_requested' }))
    return [...actions, ...this.#answerable().map((step) => () => this.#complete(step))]
  }

  #answerable(): StepState[] {
    return this.#state?.steps.filter(({ wait }) => wait?.kind === 'resume') ?? []
  }

  // ── the worker ──

  #claim(): void {
    this.#note('claim')
    const state = this.#fold()
    this.#state = state
    const ends = this.#inbox.some(
      ({ input }) => input.kind === 'cancel_requested' || input.kind === 'fail_requested',
    )
    if (!ends) this.#send({ kind: 'claimed', ...this.#claimFacts(state) })
    this.#readInbox()
  }

  #claimFacts(state: RunState): { taken?: readonly number[]; crashed?: Map<string, readonly number[]> } {
    if (state.lastSeq === 0) return { taken: this.#someEdges(state.trigger, false) }
    const left = runningSteps(state).filter(({ node }) => this.graph.nodes[node]?.onCrash === 'fail')
    return { crashed: new Map(left.map(({ path, node }) => [path, this.#failureEdges(node)])) }
  }

  #fold(): RunState {
    return foldEvents(this.graph, ORIGIN, this.#durable, this.#durable.length)
  }

  #send(input: RunInput): void {
    const state = this.#state
    if (state === undefined) return
    this.#delivered.push(input)
    const { events, commands } = decide(state, input, this.#now)
    this.#note(`${input.kind} → ${events.map(inShort).join(', ')}`)
    for (const event of events) this.#referee.observe(event)
    this.#pending.push(...events)
    for (const command of commands) this.#perform(command)
  }

  #perform(command: Command): void {
    switch (command.kind) {
      case 'execute_step':
        if (this.#done.has(command.path)) throw new Error(`${command.path} runs again after it was done (I2)`)
        this.#attempts.push({ ...command, aborted: false })
        return
      case 'abort_step':
        for (const attempt of this.#attempts) if (attempt.path === command.path) attempt.aborted = true
        return
      case 'start_retry_timer':
        return this.#ringAt(command.dueAt, () => this.#send({ ...command, kind: 'retry_due' }))
      case 'start_delay_timer':
        return this.#ringAt(command.dueAt, () => this.#delayOver(command.path, command.attempt))
      case 'start_run_timer':
        return this.#ringAt(command.dueAt, () => this.#send({ kind: 'run_timed_out' }))
      case 'finish_run':
        if (this.#pending.at(-1)?.type !== 'run_finished') throw new Error('finished without its event')
    }
  }

  #flush(): void {
    this.#note('flush')
    for (const event of this.#pending) {
      this.#durable.push(event)
      if (event.type === 'step_succeeded' || event.type === 'step_failed') this.#done.add(event.path)
    }
    this.#pending = []
    const open = this.#inbox.filter(({ taken }) => !taken)
    this.#inbox.splice(0, this.#inbox.length, ...open)
    if (this.ended) this.#forget()
  }

  /** What was not flushed is gone; what the inbox held is there again. */
  #crash(): void {
    this.#note(`crash, ${this.#pending.length} events lost`)
    this.#pending = []
    for (const row of this.#inbox) row.taken = false
    this.#referee = new Referee(this.graph, this.seen)
    for (const event of this.#durable) this.#referee.observe(event)
    this.#forget()
  }

  #park(): void {
    const state = this.#state
    if (state === undefined || isTerminal(state.status) || !isIdle(state) || this.#attempts.length > 0) return
    this.#send({ kind: 'park' })
    const wakes = pendingTimers(state).length + this.#answerable().length
    if (wakes === 0 && state.status !== 'paused')
      throw new Error('the run is parked, and nothing will wake it (I1)')
    this.#flush()
    this.#forget()
  }

  #forget(): void {
    this.#state = undefined
    this.#attempts = []
    this.#timers = []
  }

  // ── attempts ──

  #end(attempt: Attempt): void {
    const { path, attempt: number } = attempt
    const dice = this.random.next()
    if (attempt.aborted && dice < 0.7) {
      this.#release(attempt)
      this.#send({ kind: 'step_aborted', path, attempt: number })
      return
    }
    if (dice < 0.35) return this.#succeed(attempt)
    this.#release(attempt)
    if (dice < 0.8) return this.#err(attempt)
    const dueAt = this.#now + this.random.int(500)
    const wait: Wait = this.random.chance(0.5) ? { kind: 'timer', dueAt } : { kind: 'resume' }
    this.#send({ kind: 'step_waits', path, attempt: number, wait })
  }

  #succeed(attempt: Attempt): void {
    this.#release(attempt)
    this.#complete(attempt)
  }

  #complete({ path, attempt, node }: Place): void {
    const output = this.random.int(10)
    this.#send({ kind: 'step_completed', path, attempt, output, taken: this.#someEdges(node, false) })
  }

  #err({ path, attempt, node }: Place): void {
    const retryAfter = this.random.chance(0.2) ? { retryAfterMs: this.random.int(300) } : {}
    this.#send({
      kind: 'step_errored',
      path,
      attempt,
      error: makeError({ retryable: this.random.chance(0.8), ...retryAfter }),
      random: this.random.next(),
      taken: this.#failureEdges(node),
      counted: this.random.chance(0.9),
    })
  }

  #release(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter((each) => each !== attempt)
  }

  #someEdges(node: number, ofErrors: boolean): number[] {
    const edges = this.graph
      .outgoing(node)
      .filter((edge) => (this.graph.edges[edge]?.port === ERROR_PORT) === ofErrors)
    return this.random.some(edges, 0.75)
  }

  #failureEdges(node: number): number[] {
    const onError = this.graph.nodes[node]?.onError
    return onError === 'fail' ? [] : this.#someEdges(node, onError === 'route')
  }

  // ── time and the outside ──

  #ringAt(dueAt: number, ring: () => void): void {
    this.#timers.push({ dueAt, ring })
  }

  #ringNext(): void {
    const next = this.#timers.reduce((first, timer) => (timer.dueAt < first.dueAt ? timer : first))
    this.#timers = this.#timers.filter((timer) => timer !== next)
    this.#now = Math.max(this.#now, next.dueAt)
    next.ring()
  }

  #delayOver(path: string, attempt: number): void {
    const step = this.#state?.steps[this.graph.indexOf(path)!]
    if (step?.wait?.kind === 'timer' && step.attempt === attempt) this.#complete(step)
  }

  #ask(input: RunInput): void {
    this.#note(`ask: ${input.kind}`)
    this.#inbox.push({ input, taken: false })
  }

  #readInbox(): void {
    for (const row of this.#inbox) {
      if (row.taken) continue
      row.taken = true
      this.#send(row.input)
    }
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
    this.trace.push(text)
  }
}
