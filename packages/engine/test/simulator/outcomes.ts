import { ERROR_PORT, type StepError, type Wait } from '@millrace/contracts'
import { type Graph, type RunInput, stepTimedOut } from '../../src/index.js'
import { makeError } from '../run/play.js'
import type { Random } from './random.js'

/** A step at one of its attempts. */
export interface Place {
  readonly path: string
  readonly node: number
  readonly attempt: number
}

/** What comes of steps, at random. */
export class Outcomes {
  constructor(
    private readonly graph: Graph,
    private readonly random: Random,
    /** Items of a map: fewer than this. */
    private readonly items: number,
  ) {}

  completed({ path, attempt, node }: Place): RunInput {
    const output = this.random.int(10)
    return { kind: 'step_completed', path, attempt, output, taken: this.edges(node) }
  }

  errored({ path, attempt, node }: Place, error?: StepError): RunInput {
    const retryAfter = this.random.chance(0.2) ? { retryAfterMs: this.random.int(300) } : {}
    return {
      kind: 'step_errored',
      path,
      attempt,
      error: error ?? makeError({ retryable: this.random.chance(0.8), ...retryAfter }),
      random: this.random.next(),
      taken: this.failureEdges(node),
      counted: error !== undefined || this.random.chance(0.9),
    }
  }

  /** The time of a container is over. */
  timedOut({ path, attempt, node }: Place): RunInput {
    const error = stepTimedOut(path, this.graph.nodes[node]?.timeoutMs)
    return { kind: 'step_timed_out', path, attempt, error, taken: this.failureEdges(node) }
  }

  /** `now` in milliseconds. */
  suspended({ path, attempt }: Place, now: number): RunInput {
    const dueAt = now + this.random.int(500)
    const wait: Wait = this.random.chance(0.5) ? { kind: 'timer', dueAt } : { kind: 'resume' }
    return { kind: 'step_waits', path, attempt, wait }
  }

  /** A container begins. */
  opened({ path, attempt, node }: Place): RunInput {
    const { random } = this
    if (this.graph.nodes[node]?.type === 'test.repeat') {
      const wait: Wait = { kind: 'iteration', index: 0, max: 1 + random.int(3) }
      return { kind: 'step_waits', path, attempt, wait }
    }
    const wait: Wait = {
      kind: 'items',
      count: random.int(this.items),
      concurrency: 1 + random.int(3),
      onItemError: random.pick(['fail', 'collect']),
      record: random.chance(0.2) ? 'pages' : 'steps',
    }
    return { kind: 'step_waits', path, attempt, wait }
  }

  /** Some of those that success takes. */
  edges(node: number): number[] {
    return this.#someEdges(node, false)
  }

  failureEdges(node: number): number[] {
    const onError = this.graph.nodes[node]?.onError
    return onError === 'fail' ? [] : this.#someEdges(node, onError === 'route')
  }

  #someEdges(node: number, ofErrors: boolean): number[] {
    const edges = this.graph
      .outgoing(node)
      .filter((edge) => (this.graph.edges[edge]?.port === ERROR_PORT) === ofErrors)
    return this.random.some(edges, 0.75)
  }
}
