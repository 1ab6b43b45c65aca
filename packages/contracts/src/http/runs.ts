import { z } from 'zod'
import { definition } from '../definition.js'
import { json } from '../json.js'
import { runSummary } from '../run.js'
import { priority, runStatus } from '../status.js'

export const startRunBody = z.strictObject({
  /** Workflow id or name. */
  workflow: z.string().min(1).max(128),
  /** Version number; the published one when left out. */
  version: z.int().min(1).optional(),
  /** Id of the trigger node; the manual trigger when left out. */
  trigger: z.string().max(64).optional(),
  input: json.optional(),
  priority: priority.optional(),
})
export type StartRunBody = z.input<typeof startRunBody>

export const idempotencyKey = z.string().min(1).max(255)

export const startRunAnswer = z.object({ run: runSummary, replayed: z.boolean() })

export const listRunsQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  status: runStatus.optional(),
  /** Workflow id or name. */
  workflow: z.string().max(128).optional(),
  /** Test runs are left out unless asked for. */
  tests: z.enum(['exclude', 'include', 'only']).default('exclude'),
})

/** What a run is pinned to for ever: its version's definition, or the snapshot of a test run. */
export const runDefinitionAnswer = z.object({ definition })

export const cancelBody = z.strictObject({ reason: z.string().max(500).optional() })
/** What was asked for is durable, and happens soon. */
export const requestedAnswer = z.object({ runId: z.string(), requested: z.literal(true) })
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })
