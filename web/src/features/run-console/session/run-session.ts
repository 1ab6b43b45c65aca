import {
  type Definition,
  type NodeTypeDescriptor,
  parseJson,
  type Run,
  type RunEvent,
  runEvent,
} from '@millrace/contracts'
import { buildGraph, type Graph } from '@millrace/engine'
import { EventStream, type StreamState, type Visibility } from '../../../api/sse.js'
import type { SseMessage } from '../../../api/sse-parser.js'
import { createFrameBatch } from '../document/frame-batch.js'
import { Moments } from '../document/moments.js'
import { RunDocument } from '../document/run-document.js'
import { RunLog } from '../log/run-log.js'
import { Timeline } from '../timeline/timeline.js'

/**
 * One run on the screen, followed live.
 *
 * Owns: the run's document with its timeline, log and moments, and the connection that feeds it. Does not own what
 * is selected or which moment is looked at: that is the URL's.
 *
 * 1. The document changes at most once a frame, and every change makes a new snapshot.
 * 2. A gap that is not filled by itself soon is read again.
 */
export interface RunSessionOptions {
  readonly run: Run
  /** What the run is pinned to. */
  readonly definition: Definition
  readonly nodeTypes: readonly NodeTypeDescriptor[]
  readonly openEvents: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>
  readonly isFinal: (error: unknown) => boolean
  readonly requestFrame: (callback: () => void) => () => void
  readonly now: () => number
  readonly random: () => number
  readonly visibility?: Visibility
}

export interface RunSnapshot {
  /** Grows with every change of the document, which is the same object all along. */
  readonly revision: number
  readonly stream: StreamState
  /** Set when an event could not be read or does not fit the run: the screen stops rather than guess. */
  readonly fault: Error | undefined
}

/** What one frame takes in without becoming a long task. */
const MAX_EVENTS_A_FRAME = 1_500
/** Events that were only reordered on the way close a gap by themselves. */
const GAP_PATIENCE_MS = 300

export class RunSession {
  readonly timeline = new Timeline()
  readonly log = new RunLog()
  readonly document: RunDocument
  readonly moments: Moments
  readonly #options: RunSessionOptions
  readonly #listeners = new Set<() => void>()
  #snapshot: RunSnapshot = { revision: 0, stream: { kind: 'connecting' }, fault: undefined }
  #stream: EventStream | undefined

  constructor(options: RunSessionOptions) {
    const { run, definition, nodeTypes } = options
    this.#options = options
    const graph = graphOf(definition, nodeTypes)
    const origin = { trigger: run.trigger, input: run.input }
    this.moments = new Moments(graph, origin)
    this.document = new RunDocument(graph, origin, [this.timeline, this.log, this.moments])
  }

  getSnapshot = (): RunSnapshot => this.#snapshot

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows the run until what it returns is called; may be started again after. */
  start = (): (() => void) => {
    if (this.document.isComplete) return () => {}
    const { requestFrame, openEvents, isFinal, now, random, visibility } = this.#options
    const closing = new AbortController()
    const batch = createFrameBatch<RunEvent>({
      requestFrame,
      commit: (events) => this.#commit(events),
      maxItems: MAX_EVENTS_A_FRAME,
    })
    const stream = new EventStream({
      open: openEvents,
      lastId: () => (this.document.lastSeq === 0 ? undefined : String(this.document.lastSeq)),
      onMessages: (messages) => batch.add(this.#read(messages)),
      onState: (state) => this.#change({ stream: state }),
      isComplete: async () => {
        await batch.drained()
        return this.#snapshot.fault !== undefined || this.document.isComplete
      },
      isFinal,
      now,
      random,
      ...(visibility === undefined ? {} : { visibility }),
      signal: closing.signal,
    })
    this.#stream = stream
    void stream.run()
    return () => {
      closing.abort()
      batch.close()
    }
  }

  /** Tries the connection again now. */
  reconnect = (): void => this.#stream?.reconnect()

  #read(messages: readonly SseMessage[]): RunEvent[] {
    try {
      return messages.map(({ data }) => runEvent.parse(parseJson(data)))
    } catch (error) {
      this.#fail(error)
      return []
    }
  }

  #commit(events: readonly RunEvent[]): void {
    if (this.#snapshot.fault !== undefined) return
    try {
      const added = this.document.receive(events)
      if (this.document.hasGap) this.#watchGap(this.document.lastSeq)
      if (added > 0) this.#change({ revision: this.#snapshot.revision + 1 })
    } catch (error) {
      this.#fail(error)
    }
  }

  #watchGap(after: number): void {
    setTimeout(() => {
      if (this.document.hasGap && this.document.lastSeq === after) this.reconnect()
    }, GAP_PATIENCE_MS)
  }

  #fail(error: unknown): void {
    this.#change({ fault: error instanceof Error ? error : new Error(String(error)) })
  }

  #change(change: Partial<RunSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}

/** Folding asks of node types only which of them are triggers. */
function graphOf(definition: Definition, nodeTypes: readonly NodeTypeDescriptor[]): Graph {
  const triggers = new Set(nodeTypes.filter(({ trigger }) => trigger).map(({ type }) => type))
  return buildGraph(definition, {
    types: nodeTypes.map(({ type }) => type),
    get: (type) => ({ trigger: triggers.has(type), ports: () => [], checkParams: () => [] }),
  })
}
