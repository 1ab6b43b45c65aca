import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { exactlyOneOf } from '../../params/schemas.js'

const MAX_DELAY_MS = 366 * 24 * 3_600_000
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const duration = z
  .string()
  .regex(/^\d{1,12}(ms|s|m|h|d)$/, 'use a number and a unit: ms, s, m, h or d')
  .transform(toMilliseconds)
  .pipe(z.int().max(MAX_DELAY_MS))

export const flowDelay = defineNode({
  type: 'flow.delay',
  version: 1,
  title: 'Delay',
  description: 'Waits. The run parks meanwhile and holds no worker.',
  category: 'flow',
  icon: 'hourglass',
  trigger: false,
  params: z
    .strictObject({
      duration: duration
        .optional()
        .meta({ title: 'Duration', description: 'Such as 500ms, 5s, 2m, 1h or 3d.' }),
      delayMs: z.int().min(0).max(MAX_DELAY_MS).optional().meta({ title: 'Milliseconds' }),
      until: z.iso.datetime({ offset: true }).optional().meta({
        title: 'Until',
        description: 'An ISO 8601 time with its offset. One in the past does not wait.',
      }),
    })
    .refine(...exactlyOneOf('duration', 'delayMs', 'until')),
  output: json,
  ports: ['main'],
  effect: 'pure',
  async execute(_ctx, { duration, delayMs, until }) {
    return until === undefined
      ? { wait: { kind: 'timer', delayMs: duration ?? delayMs ?? 0 } }
      : { wait: { kind: 'timer', until } }
  },
})

function toMilliseconds(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
