import { z } from 'zod'
import { json, RESERVED_KEYS } from './json/value.js'
import { priority } from './status.js'

/** The definition format `millrace/v1`: what a draft or a version holds. */

/** Of a whole definition, the bodies of its containers included. */
export const MAX_NODES = 10_000
export const MAX_EDGES = 50_000
/** Bodies within bodies. */
export const MAX_DEPTH = 8

export const nodeId = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'use a letter or _, then up to 63 letters, digits, _ or -')
  .refine((value) => !RESERVED_KEYS.has(value), { message: 'this name is reserved' })

export const portName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    'use 1 to 64 letters, digits, _, . or -, and begin with none of the last two',
  )

/** The port a node emits on unless it says otherwise. */
export const MAIN_PORT = 'main'
/** The port taken by a failed step whose node has `onError: 'route'`. */
export const ERROR_PORT = 'error'

const milliseconds = z
  .int()
  .min(0)
  .max(366 * 24 * 3_600_000)

export const retryPolicy = z.strictObject({
  /** Tries in all, the first included. */
  maxAttempts: z.int().min(1).max(100).default(3),
  backoff: z.enum(['fixed', 'linear', 'exponential']).default('exponential'),
  delayMs: milliseconds.default(1_000),
  maxDelayMs: milliseconds.default(60_000),
  jitter: z.enum(['none', 'full', 'equal']).default('full'),
})
export type RetryPolicy = z.infer<typeof retryPolicy>

export const edge = z.strictObject({
  from: z.string(),
  to: z.string(),
  port: portName.default(MAIN_PORT),
  /** An expression; false or undefined kills the edge. */
  when: z.string().max(10_000).optional(),
})
export type Edge = z.infer<typeof edge>

const plainNode = z.strictObject({
  /** Unique in the whole definition, bodies included: expressions and lists name a step by it wherever it stands. */
  id: nodeId,
  type: z.string().min(1).max(128),
  name: z.string().max(200).optional(),
  params: z.record(z.string(), json).default({}),
  retry: retryPolicy.optional(),
  /** Per attempt; of a container in all, from its first item or iteration on. */
  timeoutMs: z
    .int()
    .min(1)
    .max(30 * 24 * 3_600_000)
    .optional(),
  onError: z.enum(['fail', 'continue', 'route']).default('fail'),
  /** What to do with an attempt that may have reached the outside when its worker died (I5). */
  onCrash: z.enum(['retry', 'fail']).default('retry'),
  join: z.enum(['all', 'any']).default('all'),
  /** The node that undoes this one when the run fails, or when a person asks: it stands apart, without edges. */
  compensate: z.string().optional(),
})

/** What a container does for each item or iteration. It has no trigger: it begins with the nodes that no edge leads to. */
export interface Body {
  nodes: Node[]
  edges: Edge[]
}
export interface BodyInput {
  nodes: (z.input<typeof plainNode> & { body?: BodyInput | undefined })[]
  edges?: z.input<typeof edge>[] | undefined
}
export const body: z.ZodType<Body, BodyInput> = z
  .lazy(() =>
    z.strictObject({
      nodes: z.array(node).min(1).max(MAX_NODES),
      edges: z.array(edge).max(MAX_EDGES).default([]),
    }),
  )
  // They contain each other, so that whoever describes them needs names for them.
  .meta({ id: 'Body' })

export const node = plainNode.extend({ body: body.optional() }).meta({ id: 'Node' })
export type Node = z.infer<typeof node>

export const settings = z.strictObject({
  /** From `run_started`; includes waits, excludes pauses. */
  timeoutMs: z
    .int()
    .min(1)
    .max(366 * 24 * 3_600_000)
    .optional(),
  /** How long a caller of a webhook that waits for the result waits. */
  responseTimeoutMs: z.int().min(1).max(300_000).optional(),
  priority: priority.default('normal'),
  concurrency: z
    .strictObject({
      limit: z.int().min(1).max(10_000),
      /** A template over `trigger`, `run`, `workflow` and `vars`; runs with the same value share the limit. */
      key: z.string().max(1_000).optional(),
      /** For a run that finds no place: wait for one, be refused, or have the oldest run of its key cancelled. */
      whenFull: z.enum(['queue', 'reject', 'cancel-oldest']).default('queue'),
    })
    .optional(),
  /** Starts of runs, calls included: no window of `perMs` holds more than `runs` of one key. */
  rateLimit: z
    .strictObject({
      runs: z.int().min(1).max(10_000),
      perMs: z
        .int()
        .min(1)
        .max(31 * 24 * 3_600_000),
      /** As that of `concurrency`. */
      key: z.string().max(1_000).optional(),
      /** For a run that comes too soon: begin later, or be refused. */
      whenFull: z.enum(['delay', 'reject']).default('delay'),
    })
    .optional(),
  /** Starts of one key that come within `waitMs` of each other collapse into one run. Calls and retries do not. */
  debounce: z
    .strictObject({
      waitMs: milliseconds.min(1),
      /** From the first of them: it begins then at the latest. */
      maxWaitMs: milliseconds.min(1).optional(),
      /** As that of `concurrency`. */
      key: z.string().max(1_000).optional(),
      /** The input of the last one counts. */
      mode: z.literal('last').default('last'),
    })
    .optional(),
  sla: z.strictObject({ maxDurationMs: z.int().min(1) }).optional(),
  /** Steps of one run that execute at the same time. */
  maxParallelSteps: z.int().min(1).max(256).default(16),
})
export type Settings = z.infer<typeof settings>

export const definition = z.strictObject({
  format: z.literal('millrace/v1'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,127}$/, 'use letters, digits, space, . _ -, at most 128'),
  description: z.string().max(4_000).optional(),
  nodes: z.array(node).max(MAX_NODES),
  edges: z.array(edge).max(MAX_EDGES),
  settings: settings.default(() => settings.parse({})),
  vars: z.record(z.string(), json).optional(),
  /** Canvas positions, notes, groups and unfinished texts: never change what runs, nor the content hash. */
  ui: json.optional(),
})
export type Definition = z.infer<typeof definition>
/** A definition as an author writes it, before defaults are filled in. */
export type DefinitionInput = z.input<typeof definition>

/** Problems that an answer lists at most; it counts them all. */
export const MAX_PROBLEMS = 200

/** One thing wrong with a definition. */
export const definitionProblem = z.object({
  /** RFC 6901 JSON pointer into the definition. */
  pointer: z.string(),
  code: z.enum([
    'INVALID_SHAPE',
    'UNKNOWN_NODE_TYPE',
    'INVALID_PARAM',
    'MISSING_CREDENTIAL',
    'DUPLICATE_NODE_ID',
    'DANGLING_EDGE',
    'DUPLICATE_EDGE',
    'UNKNOWN_PORT',
    'EDGE_INTO_TRIGGER',
    'NO_TRIGGER',
    'CYCLE',
    'UNREACHABLE_NODE',
    'MISSING_ERROR_EDGE',
    'MISSING_BODY',
    'BODY_NOT_ALLOWED',
    'TRIGGER_IN_BODY',
    'INVALID_COMPENSATION',
    'EXPRESSION_SYNTAX',
    'SCRIPT_SYNTAX',
    'NOT_UPSTREAM',
    'UNKNOWN_NAME',
    'SECRET_NOT_ALLOWED',
    'UNFINISHED_TEXT',
    'TOO_LARGE',
  ]),
  message: z.string(),
  hint: z.string(),
})
export type DefinitionProblem = z.infer<typeof definitionProblem>
