import { json } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { exactlyOneOf } from '../../params/schemas.js'
import { duration, MAX_DURATION_MS } from '../duration.js'

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
      delayMs: z.int().min(0).max(MAX_DURATION_MS).optional().meta({ title: 'Milliseconds' }),
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
