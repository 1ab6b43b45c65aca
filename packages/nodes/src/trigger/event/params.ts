import { json } from '@millrace/contracts'
import { z } from 'zod'

export const eventTriggerParams = z.strictObject({
  name: z.string().min(1).max(200).meta({
    title: 'Event',
    description: 'Its name: that of a `POST /api/v1/events`, or of a Publish event step of another workflow.',
  }),
  key: z
    .string()
    .max(500)
    .optional()
    .meta({ title: 'Key', description: 'Only events with exactly this key; any when left out.' }),
  match: z.record(z.string(), json).optional().meta({
    title: 'Payload contains',
    description: 'Only events whose payload has these members, with these values.',
    control: 'json',
  }),
})
export type EventTriggerParams = z.output<typeof eventTriggerParams>
