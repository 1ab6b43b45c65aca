import type { RunEvent, RunStatus, StepStatus } from '@millrace/contracts'
import { type Graph, RUN_TRANSITIONS, STEP_TRANSITIONS } from '../../src/index.js'

/**
 * Reads a run's events and knows the rules, but none of the engine's counters: it looks at every edge again each
 * time. Throws on the first event that breaks one.
 *
 * 1. `seq` is dense (I4).  2. Statuses change as the tables say, so nothing completes twice (I2).
 * 3. A step starts after its resolved predecessors, and is skipped only when no way leads to it (I7).
 * 4. No more steps run at once than the settings allow; none starts in a paused or a failing run.
 * 5. What undoes a step runs only when the run goes back: for each step completed well, once, the latest first.
 */
export class Referee {
  #seq = 0
  #run: RunStatus = 'pending'
  #failing = false
  readonly #steps = new Map<string, StepStatus>()
  readonly #attempts = new Map<string, number>()
  readonly #taken = new Set<number>()
  /** Paths of what undoes the steps completed so far, the latest first. */
  readonly #toUndo: string[] = []
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
    if (event.type === 'step_started') this.#mayStart(event.path, event)
    if (event.type === 'step_skipped') this.#mayBeSkipped(event.path, event)
    this.#observeStep(event)
  }

  get finished(): boolean {
    return this.#run === 'completed' || this.#run === 'failed' || this.#run === 'cancelled'
  }

  #observeRun(event: Exclude<RunEvent, { path: string }>): void {
    const legal = RUN_TRANSITIONS[this.#run][event.type] ?? []
    const next = event.type === 'run_finished' ? event.status : legal[0]
    this.#require(next !== undefined && legal.includes(next), event, `illegal in a ${this.#run} run`)
    if (next === undefined) return
    if (event.type === 'run_compensating') this.#turnBack(event)
    this.seen.add(`run ${this.#run} ${event.type} ${next}`)
    this.#run = next
    if (next !== 'completed') return
    for (const { id } of this.graph.nodes) {
      const status = this.#status(id)
      this.#require(this.#isResolved(id), event, `${id} is still ${status}`)
    }
  }

  #turnBack(event: Extract<RunEvent, { type: 'run_compensating' }>): void {
    this.#require(!this.#goesBack, event, 'goes back twice')
    this.#require(event.paths.join() === this.#toUndo.join(), event, `not ${this.#toUndo}`)
    this.#goesBack = true
    this.#failing = false
  }

  #observeStep(event: Extract<RunEvent, { path: string }>): void {
    const was = this.#status(event.path)
    const next = STEP_TRANSITIONS[was][event.type]?.[0]
    this.#require(next !== undefined, event, `illegal for the ${was} step ${event.path}`)
    const ends = event.type === 'step_cancelled'
    this.#require(this.#run !== 'pending' && !this.finished, event, `in a ${this.#run} run`)
    this.#require(this.#run !== 'waiting' || ends, event, 'in a run that waits')
    if (next === undefined) return
    this.seen.add(`step ${was} ${event.type} ${next}`)
    this.#steps.set(event.path, next)
    if ('taken' in event) for (const edge of event.taken) this.#taken.add(edge)
    if (event.type === 'step_failed' && !event.handled && !this.#goesBack) this.#failing = true
    if (this.#goesBack && this.#isResolved(event.path) && this.#toUndo[0] === event.path) this.#toUndo.shift()
    const { compensate } = this.graph.nodes[this.graph.indexOf(event.path)!]!
    if (event.type === 'step_succeeded' && event.error === undefined && compensate !== undefined)
      this.#toUndo.unshift(compensate)
  }

  #mayStart(path: string, event: Extract<RunEvent, { path: string }>): void {
    this.#require(this.#run === 'running' && !this.#failing, event, `${path} starts in a ${this.#run} run`)
    const node = this.graph.indexOf(path)!
    const { join } = this.graph.nodes[node]!
    const incoming = this.graph.incoming(node)
    const undoes = this.graph.ownerOf(node) !== undefined
    this.#require(undoes === this.#goesBack, event, `${path} starts on the wrong way`)
    this.#require(!undoes || this.#toUndo[0] === path, event, `${path} undoes before its turn`)
    const isTaken = incoming.some((edge) => this.#taken.has(edge))
    const allResolved = incoming.every((edge) => this.#isResolved(this.graph.edges[edge]!.from))
    this.#require(
      undoes || (isTaken && (join === 'any' || allResolved)),
      event,
      `${path} starts before its time (I7)`,
    )
    this.#require(event.attempt === (this.#attempts.get(path) ?? 0) + 1, event, 'attempts are not counted')
    this.#attempts.set(path, event.attempt)
    const running = [...this.#steps.values()].filter((status) => status === 'running').length
    this.#require(running < this.graph.definition.settings.maxParallelSteps, event, 'too many at once')
  }

  #mayBeSkipped(path: string, event: RunEvent): void {
    const incoming = this.graph.incoming(this.graph.indexOf(path)!)
    const dead = incoming.every(
      (edge) => this.#isResolved(this.graph.edges[edge]!.from) && !this.#taken.has(edge),
    )
    this.#require(dead, event, `${path} is skipped although a way leads to it (I7)`)
  }

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
