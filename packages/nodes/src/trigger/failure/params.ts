import { z } from 'zod'

export const failureTriggerParams = z.strictObject({
  workflows: z
    .array(z.string().min(1).max(128))
    .max(200)
    .default([])
    .meta({ title: 'Workflows', description: 'Their names or ids. None: every other workflow.' }),
  on: z
    .array(z.enum(['failed', 'cancelled']))
    .min(1)
    .default(['failed'])
    .meta({
      title: 'When a run is',
      description: 'A run that took longer than its timeout has failed, too.',
    }),
})
export type FailureTriggerParams = z.output<typeof failureTriggerParams>
