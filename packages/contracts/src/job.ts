import { z } from 'zod'

/** A queue job is a doorbell (D11): it names the run and carries nothing else. */
export const job = z.object({ runId: z.string() })
export type Job = z.infer<typeof job>
