import type { RunEvent, StepStatus } from '@millrace/contracts'
import { type RunState, STEP_TRANSITIONS, stepAt } from '@millrace/engine'
import type { RunObserver } from '../document/run-document.js'

/** What a step was doing: `queue` ready but not started, `run`, `wait` for the outside, `retry` until its next try. */
export type SegmentKind = 'queue' | 'run' | 'wait' | 'retry'

export interface Segment {
  readonly kind: SegmentKind
  readonly attempt: number
  /** Milliseconds, database time; `to` is null while it goes on. */
  readonly from: number
  to: number | null
  /** The events that began and ended it: what a moment of the run has seen of it. */
  readonly fromSeq: number
  toSeq: number | null
}

export interface Lane {
  readonly path: string
  /** The event it appeared with. */
  readonly firstSeq: number
  readonly segments: Segment[]
  /** How the step ended, where it has. */
  end: { readonly seq: number; readonly status: StepStatus } | undefined
}

type StepEvent = Extract<RunEvent, { path: string }>

/** One lane a step that has begun, in the order they began. Grows with the run; a moment of it only looks less far. */
export class Timeline implements RunObserver {
  readonly lanes: Lane[] = []
  readonly #byPath = new Map<string, Lane>()
  readonly #inside = new Map<string, Lane[]>()

  lane(path: string): Lane | undefined {
    return this.#byPath.get(path)
  }

  /** Lanes of the steps inside of a container of the run itself, however deep, in the order they began. */
  inside = (container: string): readonly Lane[] => this.#inside.get(container) ?? []

  observe(event: RunEvent, state: RunState): void {
    if (event.type === 'run_finished') return this.#endAll(event)
    if (!('path' in event) || IGNORED.has(event.type)) return
    const lane = this.#byPath.get(event.path) ?? this.#open(event, state)
    const open = lane.segments.at(-1)
    if (open?.toSeq === null) end(open, event)
    const kind = KIND_AFTER[event.type]
    if (kind !== undefined) lane.segments.push(begin(kind, event))
    else lane.end = { seq: event.seq, status: STEP_TRANSITIONS.running[event.type]?.[0] ?? 'completed' }
  }

  #open(event: StepEvent, state: RunState): Lane {
    const lane: Lane = { path: event.path, firstSeq: event.seq, segments: [], end: undefined }
    this.lanes.push(lane)
    this.#byPath.set(event.path, lane)
    this.#sortIn(lane)
    const since = event.type === 'step_started' ? readySince(state, event.path) : undefined
    if (since !== undefined && since < event.at) {
      lane.segments.push({ ...begin('queue', event), from: since, to: event.at, toSeq: event.seq })
    }
    return lane
  }

  #sortIn(lane: Lane): void {
    const bracket = lane.path.indexOf('[')
    if (bracket === -1) return
    const container = lane.path.slice(0, bracket)
    const lanes = this.#inside.get(container)
    if (lanes === undefined) this.#inside.set(container, [lane])
    else lanes.push(lane)
  }

  #endAll(event: RunEvent): void {
    for (const { segments } of this.lanes) {
      const open = segments.at(-1)
      if (open?.toSeq === null) end(open, event)
    }
  }
}

/** Events that begin or end nothing a lane shows. */
const IGNORED: ReadonlySet<RunEvent['type']> = new Set(['step_log', 'step_progressed', 'step_skipped'])

const KIND_AFTER: Partial<Record<RunEvent['type'], SegmentKind>> = {
  step_started: 'run',
  step_waiting: 'wait',
  step_retrying: 'retry',
}

const begin = (kind: SegmentKind, event: StepEvent): Segment => ({
  kind,
  attempt: event.attempt,
  from: event.at,
  to: null,
  fromSeq: event.seq,
  toSeq: null,
})

function end(segment: Segment, event: RunEvent): void {
  segment.to = event.at
  segment.toSeq = event.seq
}

/** When the ready rule was met: at the last of the steps before it, or at the first with `join: any` (I7). */
function readySince(state: RunState, path: string): number | undefined {
  const step = stepAt(state, path)
  if (step === undefined) return undefined
  const { scope, node } = step
  const { graph } = state
  const any = graph.nodes[node]?.join === 'any'
  const ends = graph
    .incoming(node)
    .filter((edge) => !any || scope.edges[edge - scope.body.firstEdge] === 'taken')
    .map((edge) => stepAt(state, scope.prefix + graph.edges[edge]!.from)?.finishedAt ?? null)
    .filter((at) => at !== null)
  if (ends.length === 0) return undefined
  return any ? Math.min(...ends) : Math.max(...ends)
}

/** The segment as a moment saw it: undefined when it had not begun, open when it had not ended. */
export function segmentAt(segment: Segment, seq: number): Segment | undefined {
  if (segment.fromSeq > seq) return undefined
  return segment.toSeq !== null && segment.toSeq > seq ? { ...segment, to: null, toSeq: null } : segment
}

/** How many of the lanes a moment knows: they are in the order of their first events. */
export function lanesAt(lanes: readonly Lane[], seq: number): number {
  let low = 0
  let high = lanes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (lanes[middle]!.firstSeq <= seq) low = middle + 1
    else high = middle
  }
  return low
}
