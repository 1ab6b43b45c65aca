import type { Json, RunEvent, StepError, Wait } from '@millrace/contracts'
import {
  createRunState,
  decide,
  type Graph,
  openSteps,
  type RunInput,
  type RunState,
  stepAt,
} from '@millrace/engine'
import { ORIGIN } from './graphs.js'

/** A run moved by hand with the engine's own decisions. Every act takes 10 ms. */
export class Play {
  readonly events: RunEvent[] = []
  readonly state: RunState
  now = 1_000

  constructor(readonly graph: Graph) {
    this.state = createRunState(graph, ORIGIN)
  }

  send(input: RunInput): this {
    this.events.push(...decide(this.state, input, this.now).events)
    this.now += 10
    return this
  }

  claim = (): this => this.send({ kind: 'claimed' })

  complete(path: string, output: Json = null, to?: readonly string[]): this {
    return this.send({
      kind: 'step_completed',
      ...this.#at(path),
      output,
      taken: this.#edges(path, 'main', to),
    })
  }

  fail(path: string, fields: Partial<StepError> = {}, counted = true): this {
    const error = { code: 'NODE_FAILED', message: 'it broke', ...fields }
    const taken = this.#edges(path, this.#onError(path) === 'route' ? 'error' : 'main')
    return this.send({ kind: 'step_errored', ...this.#at(path), error, random: 0.5, taken, counted })
  }

  log(path: string, message: string, level: 'debug' | 'info' | 'warn' | 'error' = 'info'): this {
    return this.send({ kind: 'step_logged', ...this.#at(path), level, message })
  }

  wait = (path: string, wait: Wait): this => this.send({ kind: 'step_waits', ...this.#at(path), wait })

  #at = (path: string) => ({ path, attempt: stepAt(this.state, path)?.attempt ?? 0 })
  #onError = (path: string) => this.graph.nodes[this.graph.nodeAt(path) ?? -1]?.onError

  #edges(path: string, port: string, to?: readonly string[]): number[] {
    const outgoing = this.graph.outgoing(this.graph.nodeAt(path) ?? -1)
    return outgoing.filter((edge) => {
      const { port: ofEdge, to: target } = this.graph.edges[edge]!
      return to === undefined ? ofEdge === port : to.includes(target)
    })
  }
}

/** Numbers that are the same for the same seed (mulberry32); each is in 0 to below − 1. */
export function numbers(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** A run played at random: completions, failures, logs, waits, pauses; it may stop half-way. */
export function playAtRandom(graph: Graph, seed: number): Play {
  const next = numbers(seed)
  const run = new Play(graph).claim()
  for (let act = next(60); act > 0; act--) {
    const open = openSteps(run.state)
    const step = open[next(open.length)]
    if (step === undefined) break
    const { path, attempt } = step
    const acts = [
      () => run.complete(path),
      () => run.complete(path, null, []),
      () => run.fail(path, { retryable: next(2) === 0 }),
      () => run.log(path, `line ${act}`),
      () => run.wait(path, { kind: 'timer', dueAt: run.now + 5_000 }),
      () => run.send({ kind: 'retry_due', path, attempt }),
      () => run.send({ kind: 'pause_requested', by: 'ann' }),
      () => run.send({ kind: 'resume_requested' }),
      () => run.send({ kind: 'park' }),
    ]
    acts[next(acts.length)]?.()
  }
  return run
}

/** A run of many steps that all complete. */
export function playToEnd(graph: Graph, linesPerStep = 0): Play {
  const run = new Play(graph).claim()
  for (let head = 0; head < run.state.ready.length; head++) {
    const { path } = run.state.ready[head]!
    for (let line = 0; line < linesPerStep; line++) run.log(path, `line ${line} of ${path}`)
    run.complete(path, { path })
  }
  return run
}
