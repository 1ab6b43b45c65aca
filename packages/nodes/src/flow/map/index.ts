import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'

export const flowMap = defineNode({
  type: 'flow.map',
  version: 1,
  title: 'Map',
  description:
    'Runs its body once for each item of a list, several at a time. Its output is the list of results.',
  category: 'flow',
  icon: 'repeat-2',
  trigger: false,
  container: true,
  params: z.strictObject({
    items: z
      .array(json)
      .meta({ title: 'Items', description: 'A list; the body reads `item` and `index`.', control: 'json' }),
    concurrency: z
      .int()
      .min(1)
      .max(1_000)
      .default(16)
      .meta({ title: 'Concurrency', description: 'Items under way at the same time.' }),
    onItemError: z
      .enum(['fail', 'collect'])
      .default('fail')
      .meta({ title: 'On item error', description: '`collect` gives `{ error }` as that item’s result.' }),
  }),
  output: z.array(json),
  ports: ['main'],
  effect: 'pure',
  async execute(_ctx, { items, concurrency, onItemError }) {
    return { wait: { kind: 'items', items, concurrency, onItemError } }
  },
})
