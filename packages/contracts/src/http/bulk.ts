import { z } from 'zod'
import { runFilter } from './runs.js'

/** One action on many runs: first counted, then confirmed, then done page by page. */

const time = z.iso.datetime()

/** Runs it can act on: of those that match, only these count. */
export const bulkAction = z.enum(['cancel', 'pause', 'resume', 'retry'])
export type BulkAction = z.infer<typeof bulkAction>

export const bulkFilter = runFilter.extend({
  runIds: z.array(z.uuid()).min(1).max(1_000).optional(),
})
export type BulkFilter = z.infer<typeof bulkFilter>

export const previewBulkBody = z.strictObject({
  action: bulkAction,
  /** At least one condition: acting on everything has to be said. */
  filter: bulkFilter.refine((filter) => Object.keys(filter).length > 0, { message: 'name a condition' }),
  /** For `retry`; see the retry of one run. */
  version: z.enum(['same', 'latest']).default('same'),
  from: z.enum(['failed', 'start']).default('failed'),
  confirm: z.boolean().default(false),
})
export type PreviewBulkBody = z.input<typeof previewBulkBody>

export const bulkPreview = z.object({
  /** Starts the operation on the very runs that were counted. */
  token: z.string(),
  action: bulkAction,
  count: z.int(),
  expiresAt: time,
})
export type BulkPreview = z.infer<typeof bulkPreview>

export const startBulkBody = z.strictObject({ token: z.uuid() })

export const bulkOperation = z.object({
  id: z.string(),
  action: bulkAction,
  status: z.enum(['running', 'completed', 'aborted']),
  total: z.int(),
  done: z.int(),
  /** Runs the action no longer fitted when their turn came. */
  skipped: z.int(),
  failed: z.int(),
  /** The first failures. */
  errors: z.array(z.object({ runId: z.string(), code: z.string(), message: z.string() })),
  createdAt: time,
  finishedAt: time.nullable(),
})
export type BulkOperation = z.infer<typeof bulkOperation>
