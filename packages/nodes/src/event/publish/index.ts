import { jsonNumber } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { anyValue } from '../../params/schemas.js'

export const eventPublish = defineNode({
  type: 'event.publish',
  version: 1,
  title: 'Publish event',
  description: 'Starts the workflows that listen for the event, and resumes the runs that wait for it.',
  category: 'flow',
  icon: 'broadcast',
  trigger: false,
  params: z.strictObject({
    name: z.string().min(1).max(200).meta({ title: 'Event', description: 'Its name.' }),
    key: z
      .union([z.string().max(500), jsonNumber])
      .transform(String)
      .optional()
      .meta({ title: 'Key', description: 'What it is about: an order number, say.' }),
    payload: anyValue({ title: 'Payload' }).default(null),
  }),
  output: z.object({ id: z.string() }),
  ports: ['main'],
  effect: 'write',
  async execute(ctx, event) {
    return { output: await ctx.publish(event) }
  },
})
