import { isTruthy } from '@millrace/expressions'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { expression } from '../../params/schemas.js'

export const flowCondition = defineNode({
  type: 'flow.condition',
  version: 1,
  title: 'Condition',
  description: 'Goes on at `true` or `false`, as its expression says.',
  category: 'flow',
  icon: 'git-branch',
  trigger: false,
  instant: true,
  params: z.strictObject({
    if: expression({ title: 'If', description: 'JSONata; `$boolean` of the result decides.' }),
  }),
  output: z.object({ result: z.boolean() }),
  ports: ['true', 'false'],
  effect: 'pure',
  async execute(ctx, params) {
    const result = isTruthy(await ctx.evaluate(params.if))
    return { output: { result }, ports: [String(result)] }
  },
})
