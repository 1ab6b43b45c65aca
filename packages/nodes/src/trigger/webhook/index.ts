import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { webhookParams } from './params.js'

export const webhookTrigger = defineNode({
  type: 'trigger.webhook',
  version: 1,
  title: 'Webhook',
  description: 'Starts a run for each HTTP request to its URL.',
  category: 'trigger',
  icon: 'webhook',
  trigger: true,
  params: webhookParams,
  output: z.object({
    method: z.string(),
    path: z.string(),
    query: z.record(z.string(), json),
    queryString: z.string(),
    headers: z.record(z.string(), z.string()),
    body: json,
  }),
  ports: ['main'],
  effect: 'pure',
})
