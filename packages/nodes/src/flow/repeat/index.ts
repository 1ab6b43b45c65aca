import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { expression } from '../../params/schemas.js'

export const flowRepeat = defineNode({
  type: 'flow.repeat',
  version: 1,
  title: 'Repeat',
  description: 'Runs its body again and again until its condition holds. Its output is the last pass’s.',
  category: 'flow',
  icon: 'rotate-cw',
  trigger: false,
  container: true,
  params: z.strictObject({
    until: expression({
      title: 'Until',
      description:
        'JSONata, after each pass: `item` is its output, `index` its number, `steps` those of the body.',
    }),
    maxIterations: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .meta({ title: 'Most passes', description: 'The step fails when the condition has not held by then.' }),
  }),
  output: json,
  ports: ['main'],
  effect: 'pure',
  async execute(_ctx, { maxIterations }) {
    return { wait: { kind: 'iterations', maxIterations } }
  },
})
