import { z } from 'zod'
import { json } from './json/value.js'
import { terminalRunStatus } from './status.js'
import { stepError } from './step-error.js'
import { wait } from './wait.js'

/**
 * Events are the immutable facts of a run, numbered densely from 1 (I4). Folding them needs no expressions:
 * each event records what came out. `taken` names the edges taken, as indices into the graph's edges: those of the
 * definition, then those of its containers' bodies, the outer before the inner.
 * `at` is database time in milliseconds since the epoch (D8).
 */

/**
 * A stored output too large for its event: see the payloads table (D21). `runId` is the run that holds it, where
 * that is another one: a linked run refers to the payloads of the run it reuses.
 */
export const payloadRef = z.object({
  key: z.string(),
  bytes: z.int(),
  runId: z.string().optional(),
  /** Results of a map over the limit of one output: the payload is `{ pages }`, the keys of its pages in order (D20). */
  paged: z.literal(true).optional(),
})
export type PayloadRef = z.infer<typeof payloadRef>

/** Items a page of a map's items and results (D20). */
export const ITEMS_PER_PAGE = 1_000

const base = { seq: z.int().min(1), at: z.number() }
const step = { ...base, path: z.string(), attempt: z.int().min(0) }
const taken = z.array(z.int())
/** Marks an outcome that was taken over instead of worked out. `runId` is the run that worked it out; a person gave it where it is left out. */
export const reused = z.object({ runId: z.string().optional() })
export type Reused = z.infer<typeof reused>

export const runEvent = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('run_started'), trigger: z.string() }),
  z.object({ ...base, type: z.literal('run_waiting'), until: z.number().optional() }),
  z.object({ ...base, type: z.literal('run_resumed') }),
  z.object({ ...base, type: z.literal('run_paused'), by: z.string().optional() }),
  /**
   * Nothing goes on any more: the steps at these paths undo what was done, one after the other, then the run ends. Where
   * there may be too many for one event, others follow, each once the steps of the one before have ended.
   */
  z.object({
    ...base,
    type: z.literal('run_compensating'),
    paths: z.array(z.string()),
    /** Why the run fails; left out where it is there to undo another one, and of events that follow. */
    error: stepError.optional(),
    /** What completed before this event, of the run that is undone, is still to be looked through. Left out: nothing is. */
    before: z.int().min(1).optional(),
  }),
  z.object({
    ...base,
    type: z.literal('run_finished'),
    status: terminalRunStatus,
    error: stepError.optional(),
    output: json.optional(),
    outputRef: payloadRef.optional(),
  }),
  z.object({ ...step, type: z.literal('step_started') }),
  z.object({
    ...step,
    type: z.literal('step_log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    data: json.optional(),
  }),
  z.object({
    ...step,
    type: z.literal('step_retrying'),
    error: stepError,
    dueAt: z.number(),
    /** False when the try does not count against `maxAttempts`: a lost worker, an open circuit. */
    counted: z.boolean(),
  }),
  z.object({
    ...step,
    type: z.literal('step_waiting'),
    wait,
    /** Of a map, where they are small. */
    items: z.array(json).optional(),
    /** Else the pages they were stored in: page n is the payload `<itemsKey>/<n>` (D20). */
    itemsKey: z.string().optional(),
  }),
  /** A page of a map's items is done: its steps are left behind, its results are one value or payload (D20). */
  z.object({
    ...step,
    type: z.literal('step_progressed'),
    page: z.int().min(0),
    completed: z.int().min(0),
    failed: z.int().min(0),
    output: z.array(json).optional(),
    outputRef: payloadRef.optional(),
  }),
  z.object({
    ...step,
    type: z.literal('step_succeeded'),
    output: json.optional(),
    outputRef: payloadRef.optional(),
    taken,
    /** Present when the node failed and has `onError: 'continue'`; the output is then `{ error }`. */
    error: stepError.optional(),
    reused: reused.optional(),
  }),
  z.object({
    ...step,
    type: z.literal('step_failed'),
    error: stepError,
    /** True when `onError: 'route'` took at least one error edge. */
    handled: z.boolean(),
    taken,
    reused: reused.optional(),
  }),
  z.object({ ...base, path: z.string(), attempt: z.int().min(0), type: z.literal('step_skipped') }),
  z.object({ ...step, type: z.literal('step_cancelled'), outcome: z.enum(['unknown', 'not_started']) }),
])
export type RunEvent = z.infer<typeof runEvent>
export type RunEventType = RunEvent['type']
/** An event before it has its place in the run. */
export type EventDraft = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'seq' | 'at'>
    : never
  : never

export const RUN_EVENT_TYPES: readonly RunEventType[] = runEvent.options.map((o) => o.shape.type.value)
