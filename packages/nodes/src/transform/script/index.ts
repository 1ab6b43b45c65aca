import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { outputsByNode } from '../../inputs.js'
import { readableGlobals } from './globals.js'

export const transformScript = defineNode({
  type: 'transform.script',
  version: 1,
  title: 'Script',
  description:
    'Runs JavaScript in a sandbox without network, files or host objects; `return` gives the output.',
  category: 'transform',
  icon: 'code',
  trigger: false,
  params: z.strictObject({
    code: z.string().min(1).max(100_000).meta({
      title: 'Code',
      description:
        'The body of a function. Globals: `input`; `inputs.<id>` of the steps whose edges lead here; and what expressions read: `trigger`, `steps.<id>.output`, `item` …',
      control: 'code',
      language: 'javascript',
      raw: true,
    }),
    input: json.optional().meta({ title: 'Input', control: 'json' }),
  }),
  output: json,
  ports: ['main'],
  effect: 'pure',
  readsInputs: true,
  async execute(ctx, { code, input }) {
    const inputs = outputsByNode(ctx.inputs)
    return { output: await ctx.script(code, { input, inputs, ...readableGlobals(code, ctx.readable) }) }
  },
})
