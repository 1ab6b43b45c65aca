import { isDeepStrictEqual } from 'node:util'
import { ERROR_PORT, type Json, json, portName } from '@millrace/contracts'
import { isTruthy, noteOfTypes } from '@millrace/expressions'
import { z } from 'zod'
import { defineNode, type NodeContext } from '../../define.js'
import { exactlyOneOf, optionalExpression } from '../../params/schemas.js'
import { isTemplate, stringsIn } from '../../params/templates.js'

const port = portName.refine((name) => name !== ERROR_PORT, { message: 'this port is for errors' })

const switchCase = z
  .strictObject({
    equals: json
      .optional()
      .refine((value) => value === undefined || !stringsIn(value).some(({ text }) => isTemplate(text)), {
        message: '`equals` is taken as it is; use `when` for what must be computed',
      })
      .meta({ title: 'Equals', control: 'json' }),
    when: optionalExpression({ title: 'When', description: 'JSONata over trigger, steps and `value`.' }),
    port: port.meta({ title: 'Port', port: true }),
  })
  .refine(...exactlyOneOf('equals', 'when'))
type SwitchCase = z.output<typeof switchCase>

const DEFAULT_PORT = 'default'

export const flowSwitch = defineNode({
  type: 'flow.switch',
  version: 1,
  title: 'Switch',
  description: 'Goes on at the port of the first case that matches, or of all of them.',
  category: 'flow',
  icon: 'arrows-split',
  trigger: false,
  instant: true,
  params: z.strictObject({
    value: json.optional().meta({ title: 'Value', control: 'json' }),
    cases: z.array(switchCase).min(1).max(100).meta({ title: 'Cases', raw: true }),
    mode: z.enum(['first', 'all']).default('first').meta({ title: 'Mode' }),
    fallback: port
      .default(DEFAULT_PORT)
      .meta({ title: 'Fallback', description: 'The port when nothing matches.', port: true }),
  }),
  output: z.object({ matched: z.array(z.string()) }),
  ports: null,
  effect: 'pure',
  async execute(ctx, { value, cases, mode, fallback }) {
    const matched = new Set<string>()
    for (const each of cases) {
      if (!(await matches(ctx, each, value))) continue
      matched.add(each.port)
      if (mode === 'first') break
    }
    const ports = matched.size === 0 ? [fallback] : [...matched]
    return { output: { matched: [...matched] }, ports }
  },
})

const matches = async (ctx: NodeContext, each: SwitchCase, value: Json | undefined): Promise<boolean> => {
  if (each.when !== undefined) return isTruthy(await ctx.evaluate(each.when, { value }))
  if (isDeepStrictEqual(value, each.equals)) return true
  // Cases of other types are common; one that reads the same is most often a mistake.
  const note = String(value).trim() === String(each.equals) ? noteOfTypes(value, '=', each.equals) : undefined
  if (note !== undefined) ctx.log('info', note)
  return false
}
