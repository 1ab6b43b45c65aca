import { json, stringifyJson } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'

export const logMessage = defineNode({
  type: 'log.message',
  version: 1,
  title: 'Log',
  description: 'Writes a line to the log of the run.',
  category: 'other',
  icon: 'file-text',
  trigger: false,
  params: z.strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({ title: 'Level' }),
    // A template may give a number or an object: it is logged all the same.
    message: json
      .transform((value) => (typeof value === 'string' ? value : stringifyJson(value)))
      .meta({ title: 'Message', control: 'text' }),
    data: json.optional().meta({ title: 'Data', control: 'json' }),
  }),
  output: z.object({ message: z.string() }),
  ports: ['main'],
  effect: 'pure',
  async execute(ctx, { level, message, data }) {
    ctx.log(level, message, data)
    return { output: { message } }
  },
})
