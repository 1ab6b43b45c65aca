import type { RunEvent } from '@millrace/contracts'
import type { Graph } from '@millrace/engine'
import { graphEdgeKey } from '../../../components/graph/graph-types.js'
import type { State } from '../../../components/state/state.js'

type StepEvent = Extract<RunEvent, { path: string }>

/** What is going on at a node inside of containers, in all passes together. */
export interface PassCount {
  readonly ended: number
  readonly state: State
}

interface Counts {
  readonly open: Map<string, State>
  completed: number
  failed: number
  skipped: number
  cancelled: number
}

/** Of steps under way, the first that is there is what the node shows. */
const OPEN_FIRST: readonly State[] = ['retrying', 'running', 'waiting']

/**
 * Counts the passes through bodies, by node and by edge: the state lets go of a pass once it has ended (I10).
 *
 * Owns its counts and how far it has read. An earlier moment than the last one is counted anew.
 */
export class PassTally {
  readonly #graph: Graph
  #seq = 0
  #nodes = new Map<string, Counts>()
  #edges = new Map<string, number>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** The counts right after event `seq`; `events` are those of the run, from the first one on. */
  at(events: readonly RunEvent[], seq: number): this {
    if (seq < this.#seq) {
      this.#seq = 0
      this.#nodes = new Map()
      this.#edges = new Map()
    }
    for (; this.#seq < Math.min(seq, events.length); this.#seq++) {
      const event = events[this.#seq]
      if (event !== undefined && 'path' in event && event.path.includes('[')) this.#count(event)
    }
    return this
  }

  get nodes(): [string, PassCount][] {
    return [...this.#nodes].map(([id, counts]) => [id, summary(counts)])
  }

  /** By `graphEdgeKey`. */
  get edges(): ReadonlyMap<string, number> {
    return this.#edges
  }

  #count(event: StepEvent): void {
    const id = event.path.slice(event.path.lastIndexOf('.') + 1)
    const counts = this.#nodes.get(id) ?? {
      open: new Map(),
      completed: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
    }
    this.#nodes.set(id, counts)
    const end = ENDS[event.type]
    const state = OPENS[event.type]
    if (state !== undefined) counts.open.set(event.path, state)
    if (end === undefined) return
    counts.open.delete(event.path)
    counts[end]++
    for (const index of 'taken' in event ? event.taken : []) {
      const edge = this.#graph.edges[index]
      if (edge === undefined) continue
      const key = graphEdgeKey(edge)
      this.#edges.set(key, (this.#edges.get(key) ?? 0) + 1)
    }
  }
}

const OPENS: Partial<Record<RunEvent['type'], State>> = {
  step_started: 'running',
  step_waiting: 'waiting',
  step_retrying: 'retrying',
}

const ENDS: Partial<Record<RunEvent['type'], 'completed' | 'failed' | 'skipped' | 'cancelled'>> = {
  step_succeeded: 'completed',
  step_failed: 'failed',
  step_skipped: 'skipped',
  step_cancelled: 'cancelled',
}

const summary = ({ open, completed, failed, skipped, cancelled }: Counts): PassCount => {
  const under = new Set(open.values())
  const ended = completed + failed
  const state =
    OPEN_FIRST.find((each) => under.has(each)) ??
    (failed > 0 ? 'failed' : completed > 0 ? 'completed' : cancelled > 0 ? 'cancelled' : 'skipped')
  return { ended, state: skipped + ended + cancelled + open.size === 0 ? 'pending' : state }
}
