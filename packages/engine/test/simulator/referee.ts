import type { RunEvent, RunStatus, StepStatus } from '@millrace/contracts'
import { type Graph, RUN_TRANSITIONS, STEP_TRANSITIONS } from '../../src/index.js'

type StepEvent = Extract<RunEvent, { path: string }>

/**
 * Reads a run's events and knows the rules, but none of the engine's counters: it looks at every edge again each
 * time. Throws on the first event that breaks one.
 *
 * 1. `seq` is dense (I4).  2. Statuses change as the tables say, so nothing completes twice (I2).
 * 3. A step starts after its resolved predecessors, and is skipped only when no way leads to it (I7); inside of a
 *    container only while that waits for it.
 * 4. No more steps run at once than the settings allow; none starts in a paused run, nor where something has failed.
 * 5. A container fails for its time only when that is over.
 * 6. What undoes a step runs only when the run goes back: for each step completed well, once, the latest first.
 */
export class Referee {
  #seq = 0
  #run: RunStatus = 'pending'
  #running = 0
  readonly #steps = new Map<string, StepStatus>()
  readonly #attempts = new Map<string, number>()
  /** Edges with the prefix of their scope. */
  readonly #taken = new Set<string>()
  /** Prefixes of scopes in which a failure was not handled. */
  readonly #failing = new Set<string>()
  /** Of what undoes the steps completed so far and has not come to its end, the latest first. */
  readonly #toUndo: { readonly path: string; readonly seq: number }[] = []
  /** When containers began to wait. */
  readonly #began = new Map<string, number>()
  #goesBack = false

  constructor(
    private readonly graph: Graph,
    /** Collects every transition that was seen. */
    private readonly seen: Set<string> = new Set(),
  ) {}

  observe(event: RunEvent): void {
    this.#require(event.seq === this.#seq + 1, event, 'seq is not dense')
    this.#seq = event.seq
    if (!('path' in event)) return this.#observeRun(event)
    if (event.type === 'step_started') this.#mayStart(event)
    if (event.type === 'step_skipped') this.#mayBeSkipped(event)
    if (event.type === 'step_waiting' && !this.#began.has(event.path)) this.#began.set(event.path, event.at)
    if ('error' in event && event.error?.code === 'STEP_TIMEOUT') this.#mayTimeOut(event)
    this.#observeStep(event)
  }

  get finished(): boolean {
    return this.#run === 'completed' || this.#run === 'failed' || this.#run === 'cancelled'
  }

  get status(): RunStatus {
    return this.#run
  }

  #observeRun(event: Exclude<RunEvent, { path: string }>): void {
    const legal = RUN_TRANSITIONS[this.#run][event.type] ?? []
    const next = event.type === 'run_finished' ? event.status : legal[0]
    this.#require(next !== undefined && legal.includes(next), event, `illegal in a ${this.#run} run`)
    if (next === undefined) return
    if (event.type === 'run_compensating') this.#turnBack(event)
    this.seen.add(`run ${this.#run} ${event.type} ${next}`)
    this.#run = next
    if (!this.finished) return
    for (const [path, status] of this.#steps)
      this.#require(status !== 'running' && status !== 'waiting', event, `${path} is still ${status}`)
    if (next !== 'completed') return
    for (const node of this.graph.order) {
      const { id } = this.graph.nodes[node]!
      this.#require(this.#isResolved(id), event, `${id} is still ${this.#status(id)}`)
    }
  }

  #turnBack(event: Extract<RunEvent, { type: 'run_compensating' }>): void {
    const { paths, before = 0, error } = event
    const expected = this.#toUndo.filter(({ seq }) => seq >= before).map(({ path }) => path)
    this.#require(paths.join() === expected.join(), event, `not ${expected}`)
    this.#require(this.#goesBack !== (error !== undefined), event, 'the first one, and no other, says why')
    this.#goesBack = true
    this.#failing.clear()
  }

  #observeStep(event: StepEvent): void {
    const { path } = event
    const was = this.#status(path)
    const next = STEP_TRANSITIONS[was][event.type]?.[0]
    this.#require(next !== undefined, event, `illegal for the ${was} step ${path}`)
    const ends = event.type === 'step_cancelled'
    this.#require(this.#run !== 'pending' && !this.finished, event, `in a ${this.#run} run`)
    this.#require(this.#run !== 'waiting' || ends, event, 'in a run that waits')
    if (next === undefined) return
    this.seen.add(`step ${was} ${event.type} ${next}`)
    this.#running += Number(next === 'running') - Number(was === 'running')
    this.#steps.set(path, next)
    const prefix = prefixOf(path)
    if ('taken' in event) for (const edge of event.taken) this.#taken.add(prefix + edge)
    const fails = event.type === 'step_failed' && !event.handled
    if (fails && !this.#undoes(path)) this.#failing.add(prefix)
    this.#observeUndoing(event)
  }

  #observeUndoing(event: StepEvent): void {
    const { type, path } = event
    if (this.#goesBack && this.#isResolved(path) && this.#toUndo[0]?.path === path) this.#toUndo.shift()
    const { compensate } = this.graph.nodes[this.graph.nodeAt(path)!]!
    if (type === 'step_succeeded' && event.error === undefined && compensate !== undefined)
      this.#toUndo.unshift({ path: prefixOf(path) + compensate, seq: event.seq })
  }

  #mayStart(event: Extract<RunEvent, { type: 'step_started' }>): void {
    const { path, attempt } = event
    this.#require(this.#run === 'running', event, `${path} starts in a ${this.#run} run`)
    if (!this.#undoes(path)) this.#mayStartInside(prefixOf(path), event)
    const node = this.graph.nodeAt(path)!
    const { join } = this.graph.nodes[node]!
    const incoming = this.graph.incoming(node)
    const undoes = this.#undoes(path)
    const isInside = this.#undoingPartOf(path) !== undefined
    this.#require(isInside === this.#goesBack, event, 'starts on the wrong way')
    this.#require(!undoes || this.#toUndo[0]?.path === path, event, 'undoes before its turn')
    const isTaken = incoming.length === 0 || incoming.some((edge) => this.#isTaken(path, edge))
    const allResolved = incoming.every((edge) => this.#isResolved(this.#sourceOf(path, edge)))
    this.#require(isTaken && (join === 'any' || allResolved), event, `${path} starts before its time (I7)`)
    this.#require(attempt === (this.#attempts.get(path) ?? 0) + 1, event, 'attempts are not counted')
    this.#attempts.set(path, attempt)
    const { maxParallelSteps } = this.graph.definition.settings
    this.#require(this.#running < maxParallelSteps, event, 'too many at once')
  }

  /** Nothing around it has failed, and every container around it waits for what is inside. */
  #mayStartInside(prefix: string, event: RunEvent): void {
    this.#require(!this.#failing.has(prefix), event, `starts although ${prefix || 'the run'} fails`)
    if (prefix === '') return
    const container = prefix.slice(0, prefix.lastIndexOf('['))
    this.#require(this.#status(container) === 'waiting', event, `starts while ${container} does not wait`)
    if (!this.#undoes(container)) this.#mayStartInside(prefixOf(container), event)
  }

  #undoes = (path: string): boolean => this.graph.ownerOf(this.graph.nodeAt(path)!) !== undefined

  /** The step itself or the container around it that undoes another step. */
  #undoingPartOf(path: string): string | undefined {
    for (let each = path; each !== ''; each = prefixOf(each).replace(/\[\d+\]\.$/, ''))
      if (this.#undoes(each)) return each
    return undefined
  }

  /** Pauses only make it longer. */
  #mayTimeOut(event: StepEvent): void {
    const { timeoutMs = Infinity } = this.graph.nodes[this.graph.nodeAt(event.path)!]!
    const took = event.at - (this.#began.get(event.path) ?? Infinity)
    this.#require(took >= timeoutMs, event, `${event.path} times out after ${took} ms`)
  }

  #mayBeSkipped(event: StepEvent): void {
    const incoming = this.graph.incoming(this.graph.nodeAt(event.path)!)
    const dead = incoming.every(
      (edge) => this.#isResolved(this.#sourceOf(event.path, edge)) && !this.#isTaken(event.path, edge),
    )
    this.#require(dead, event, `${event.path} is skipped although a way leads to it (I7)`)
  }

  #isTaken = (path: string, edge: number): boolean => this.#taken.has(prefixOf(path) + edge)

  #sourceOf = (path: string, edge: number): string => prefixOf(path) + this.graph.edges[edge]!.from

  #status(path: string): StepStatus {
    return this.#steps.get(path) ?? 'pending'
  }

  #isResolved(path: string): boolean {
    const status = this.#status(path)
    return status !== 'pending' && status !== 'running' && status !== 'waiting'
  }

  #require(holds: boolean, event: RunEvent, otherwise: string): void {
    if (!holds) throw new Error(`event ${event.seq} ${event.type}: ${otherwise}`)
  }
}

const prefixOf = (path: string): string => path.slice(0, path.lastIndexOf('.') + 1)
