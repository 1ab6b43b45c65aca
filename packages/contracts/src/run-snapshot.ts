import { z } from 'zod'
import { payloadRef } from './event.js'
import { json } from './json/value.js'
import { runStatus, stepStatus } from './status.js'
import { type StepError, stepError } from './step-error.js'
import { wait } from './wait.js'

/**
 * A run's state after event `seq`, so that a fold may begin there instead of at event 1 (D20). Only what the graph and
 * the run's row do not say, and no counter that follows from the rest. Nodes are indices into the graph's.
 */

/** One pass through a body. */
export interface ScopeSnapshot {
  index: number
  error: StepError | null
  /** A letter an edge of the body: pending, taken, dead. */
  edges: string
  /** Those that something has happened to. */
  steps: StepSnapshot[]
}
/** Scopes hold steps, which hold containers, which hold scopes. */
const scopeSnapshot: z.ZodType<ScopeSnapshot> = z.lazy(() =>
  z.object({
    index: z.int().min(0),
    error: stepError.nullable(),
    edges: z.string().regex(/^[ptd]*$/),
    steps: z.array(stepSnapshot),
  }),
)

const time = z.number().nullable()

const itemResult = z.object({
  error: stepError.nullable(),
  sinks: z
    .array(z.object({ id: z.string(), output: json.optional(), outputRef: payloadRef.optional() }))
    .readonly(),
})

const settledPage = z.object({
  completed: z.int().min(0),
  failed: z.int().min(0),
  output: z.array(json).readonly().optional(),
  outputRef: payloadRef.optional(),
})

/** A container that waits for what is inside of it, or one that is over and has an item open again, to undo a step of it. */
const containerSnapshot = z.object({
  kind: z.enum(['map', 'repeat', 'past']),
  /** Of a map. */
  count: z.int().min(0).optional(),
  concurrency: z.int().min(1),
  collects: z.boolean(),
  record: z.enum(['steps', 'pages']),
  items: z.array(json).readonly().optional(),
  itemsKey: z.string().optional(),
  begunAt: z.number(),
  begun: z.int().min(0),
  ended: z.int().min(0),
  error: stepError.nullable(),
  scopes: z.array(scopeSnapshot),
  /** By item. */
  results: z.array(z.tuple([z.int(), itemResult])),
  /** By page. */
  pages: z.array(z.tuple([z.int(), settledPage])),
})
export type ContainerSnapshot = z.infer<typeof containerSnapshot>

const stepSnapshot = z.object({
  node: z.int().min(0),
  status: stepStatus,
  attempt: z.int().min(0),
  failures: z.int().min(0),
  output: json.optional(),
  outputRef: payloadRef.optional(),
  error: stepError.nullable(),
  wait: wait.nullable(),
  retryAt: time,
  /** Of a step whose last try was refused by an open circuit. */
  refusedSince: z.number().optional(),
  startedAt: time,
  finishedAt: time,
  logLines: z.int().min(0),
  /** The edge that began a step with `join: 'any'`. */
  begunBy: z.int().min(0).optional(),
  inside: containerSnapshot.nullable(),
})
export type StepSnapshot = z.infer<typeof stepSnapshot>

export const runSnapshot = z.object({
  /** Another one is not read: its run is folded from its first event. */
  format: z.literal(2),
  seq: z.int().min(1),
  status: runStatus,
  startedAt: time,
  pausedAt: time,
  pausedMs: z.number().min(0),
  /** Paths, in line. */
  ready: z.array(z.string()),
  dead: z.array(z.string()),
  /** Paths of completed steps that can be undone, in the order of their completion. */
  undoable: z.array(z.string()),
  /** There are some inside of containers, too. */
  undoableInside: z.boolean(),
  /** Of a run that goes back. */
  compensation: z
    .object({
      error: stepError.nullable(),
      left: z.array(z.string()),
      before: z.int().nullable(),
      failed: z.array(z.object({ path: z.string(), error: stepError })),
      failures: z.int().min(0),
    })
    .nullable(),
  root: scopeSnapshot,
})
export type RunSnapshot = z.infer<typeof runSnapshot>
