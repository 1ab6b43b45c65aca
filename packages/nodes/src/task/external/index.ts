import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { duration } from '../../flow/duration.js'
import { anyValue } from '../../params/schemas.js'

export const taskExternal = defineNode({
  type: 'task.external',
  version: 1,
  title: 'External task',
  description:
    'Work for a program of your own, which takes it from a queue over HTTP. The run parks meanwhile.',
  category: 'other',
  icon: 'server-cog',
  trigger: false,
  params: z.strictObject({
    queue: z.string().min(1).max(200).meta({ title: 'Queue' }),
    input: anyValue({ title: 'Input', description: 'What the program is given.' }).default(null),
    timeout: duration.optional().meta({ title: 'Timeout', description: 'Until it is done, such as 30m.' }),
  }),
  output: json,
  ports: ['main'],
  effect: 'write',
  async execute({ idempotencyKey }, { queue, input, timeout }) {
    return { wait: { kind: 'task', queue, input, idempotencyKey, timeoutMs: timeout } }
  },
})
