import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { eventTriggerParams } from './params.js'

export const eventTrigger = defineNode({
  type: 'trigger.event',
  version: 1,
  title: 'Event',
  description: 'Starts a run for each event of its name, once an event. Its output is the event.',
  category: 'trigger',
  icon: 'broadcast',
  trigger: true,
  params: eventTriggerParams,
  output: z.object({
    id: z.string(),
    name: z.string(),
    key: z.string().nullable(),
    payload: json,
    at: z.iso.datetime(),
  }),
  ports: ['main'],
  effect: 'pure',
})
