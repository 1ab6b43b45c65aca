import { z } from 'zod'
import { integer, moment, queryInteger, storableText } from '../bounds.js'
import { definition } from '../definition.js'
import { json } from '../json/value.js'
import { runSummary } from '../run.js'
import { priority, runStatus } from '../status.js'

export const startRunBody = z.strictObject({
  /** Workflow id or name. */
  workflow: z.string().min(1).max(128),
  /** Version number; the published one when left out. */
  version: integer.min(1).optional(),
  /** Id of the trigger node; the manual trigger when left out. */
  trigger: z.string().max(64).optional(),
  input: json.optional(),
  priority: priority.optional(),
})
export type StartRunBody = z.input<typeof startRunBody>

export const idempotencyKey = z.string().min(1).max(255)

export const startRunAnswer = z.object({ run: runSummary, replayed: z.boolean() })

/** Which runs of a workspace: all conditions must hold. */
export const runFilter = z.strictObject({
  status: runStatus.optional(),
  /** Workflow id or name. */
  workflow: storableText.min(1).max(128).optional(),
  version: integer.min(1).optional(),
  /** Id of the trigger node. */
  trigger: storableText.min(1).max(64).optional(),
  /** Code of the error a run ended with. */
  errorCode: storableText.min(1).max(128).optional(),
  /** Part of the code or the message of the error a run ended with, in any case. */
  error: storableText.min(1).max(200).optional(),
  createdFrom: moment.optional(),
  /** Exclusive. */
  createdTo: moment.optional(),
  /** Milliseconds from start to end, or to now. */
  minDurationMs: z.int().min(0).optional(),
  maxDurationMs: z.int().min(0).optional(),
  /** Test runs are left out unless asked for. */
  tests: z.enum(['exclude', 'include', 'only']).optional(),
})
export type RunFilter = z.infer<typeof runFilter>

const MAX_IDS = 200
/** Milliseconds. */
const queryDuration = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const listRunsQuery = runFilter.extend({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  version: queryInteger.min(1).optional(),
  minDurationMs: queryDuration.optional(),
  maxDurationMs: queryDuration.optional(),
  /** Run ids, separated by commas: to read again what a stream says has changed. */
  ids: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.uuid()).max(MAX_IDS))
    .optional(),
})
export type ListRunsQuery = z.input<typeof listRunsQuery>

/** What a run is pinned to for ever: its version's definition, or the snapshot of a test run. */
export const runDefinitionAnswer = z.object({ definition })

export const cancelBody = z.strictObject({ reason: z.string().max(500).optional() })
/** What was asked for is durable, and happens soon. */
export const requestedAnswer = z.object({ runId: z.string(), requested: z.literal(true) })
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const runPage = page(runSummary).extend({
  /** Present where a page is not full and yet not the last one: every run back to this time has been looked at. */
  searchedTo: z.iso.datetime().optional(),
})
