import { setImmediate } from 'node:timers/promises'
import { type Json, json } from '@millrace/contracts'
import { isTruthy } from '@millrace/expressions'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { expression } from '../../params/schemas.js'

/** Items between two turns of the event loop: the worker renews its lease on it (D9). */
const ITEMS_PER_TURN = 256

export const flowFilter = defineNode({
  type: 'flow.filter',
  version: 1,
  title: 'Filter',
  description: 'Keeps the items of a list for which its expression is true, in their order.',
  category: 'flow',
  icon: 'filter',
  trigger: false,
  instant: true,
  params: z.strictObject({
    items: z.array(json).meta({ title: 'Items', description: 'A list.', control: 'json' }),
    where: expression({ title: 'Where', description: 'JSONata over item, index, trigger and steps.' }),
  }),
  output: z.array(json),
  ports: ['main'],
  effect: 'pure',
  async execute(ctx, { items, where }) {
    const kept: Json[] = []
    for (const [index, item] of items.entries()) {
      if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) {
        await setImmediate()
        ctx.signal.throwIfAborted()
      }
      if (isTruthy(await ctx.evaluate(where, { item, index }))) kept.push(item)
    }
    return { output: kept }
  },
})
