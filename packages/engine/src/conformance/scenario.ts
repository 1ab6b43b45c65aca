import { json } from '@millrace/contracts'
import { z } from 'zod'

/**
 * What stands beside each definition in `packages/engine/conformance`: how the pattern is met, and what happens to
 * the run. Read by whoever plays the definitions: the pure engine by the results given here, real workers by working
 * them out.
 */

/** How a step comes out. It takes every edge of its main port unless `to` names where it goes. */
const result = z.strictObject({
  to: z.array(z.string()).optional(),
  /** A map, over this many items. */
  items: z.int().min(0).optional(),
  /** A repeat, of this many passes. */
  passes: z.int().min(1).optional(),
  /** It waits for the next act. */
  waits: z.literal(true).optional(),
  /** It ends the run as failed. */
  stops: z.literal(true).optional(),
})
export type ScriptedResult = z.infer<typeof result>

/** What the outside does once the run only waits. */
const act = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('event'), step: z.string(), name: z.string(), key: z.string() }),
  z.strictObject({ kind: z.literal('approve'), step: z.string(), to: z.array(z.string()) }),
  /** Nothing, until the step's time is over: it fails, and takes its error edges. */
  z.strictObject({
    kind: z.literal('time_out'),
    step: z.string(),
    code: z.string(),
    to: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('cancel') }),
])
export type Act = z.infer<typeof act>

export const scenario = z.strictObject({
  pattern: z.string(),
  /** Number in the catalogue of the Workflow Patterns Initiative (van der Aalst and others); null outside of it. */
  wcp: z.int().nullable(),
  /** How a definition says it, in a sentence. */
  how: z.string(),
  /** Lines of the graph. */
  drawing: z.array(z.string()),
  input: json.default(null),
  /** By node id. */
  results: z.record(z.string(), result).default({}),
  acts: z.array(act).default([]),
})
export type Scenario = z.infer<typeof scenario>

/** A pattern that no definition can say, and what to do instead. */
export const unsupported = z.strictObject({
  pattern: z.string(),
  wcp: z.int(),
  why: z.string(),
  instead: z.string(),
})
export type Unsupported = z.infer<typeof unsupported>
