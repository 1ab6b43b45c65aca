import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { anyValue } from '../../params/schemas.js'

export const flowStop = defineNode({
  type: 'flow.stop',
  version: 1,
  title: 'Stop',
  description: 'Ends the run at once; what runs beside it is cancelled.',
  category: 'flow',
  icon: 'octagon-x',
  trigger: false,
  params: z.strictObject({
    status: z.enum(['completed', 'failed']).default('completed').meta({ title: 'Status' }),
    message: z.string().max(10_000).optional().meta({ title: 'Message', description: 'Why it failed.' }),
    output: anyValue({ title: 'Output', description: 'The output of the run.' }).optional(),
  }),
  output: json,
  ports: [],
  effect: 'pure',
  async execute(_ctx, { status, message, output }) {
    return { stop: { status, message: message ?? 'the run was stopped', output } }
  },
})
