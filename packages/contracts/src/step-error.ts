import { z } from 'zod'
import { type Json, json } from './json/value.js'

/** Why a step or a run failed. `code` is stable: from the error catalogue, or a node's own. */
export const stepError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean().optional(),
  /** Milliseconds the other side asked to wait (`Retry-After`). */
  retryAfterMs: z.number().optional(),
  details: json.optional(),
})
export type StepError = z.infer<typeof stepError>

/** The error as plain data, where a step's output carries it. */
export function stepErrorToJson(error: StepError): { [key: string]: Json } {
  const out: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(error)) if (value !== undefined) out[key] = value
  return out
}
