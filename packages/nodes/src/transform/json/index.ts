import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { exactlyOneOf, optionalExpression } from '../../params/schemas.js'

export const transformJson = defineNode({
  type: 'transform.json',
  version: 1,
  title: 'Transform',
  description: 'Makes its output from one JSONata expression, or from a value with templates in it.',
  category: 'transform',
  icon: 'braces',
  trigger: false,
  instant: true,
  params: z
    .strictObject({
      expression: optionalExpression({ title: 'Expression', description: 'JSONata over trigger and steps.' }),
      value: json.optional().meta({
        title: 'Value',
        description: 'Any JSON; strings may hold {{ }}.',
        control: 'json',
      }),
    })
    .refine(...exactlyOneOf('expression', 'value')),
  output: json,
  ports: ['main'],
  effect: 'pure',
  async execute(ctx, { expression, value }) {
    return { output: expression === undefined ? value : await ctx.evaluate(expression) }
  },
})
