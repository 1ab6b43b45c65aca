import { json, jsonNumber, type WaitResult } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { duration } from '../duration.js'

/** Taken when nothing came in time and `onTimeout` is `port`. */
const TIMEOUT_PORT = 'timeout'
/** By `onTimeout`, in its schema. */
const PORTS = { fail: ['main'], port: ['main', TIMEOUT_PORT] }
const TIMED_OUT: WaitResult = { kind: 'completed', output: { timedOut: true }, ports: [TIMEOUT_PORT] }

export const flowWait = defineNode({
  type: 'flow.wait',
  version: 1,
  title: 'Wait',
  description: 'Waits for an event from outside, or for a call of its resume URL. The run parks meanwhile.',
  category: 'flow',
  icon: 'clock-pause',
  trigger: false,
  params: z
    .strictObject({
      for: z.enum(['event', 'resume']).default('event').meta({
        title: 'Wait for',
        description:
          'An event, or a call of `run.resumeUrls.<id of this node>`, which earlier steps may send out.',
      }),
      event: z.string().min(1).max(200).optional().meta({
        title: 'Event',
        description: 'Its name. One that came after the run was started, and up to 24 hours ago, counts.',
      }),
      key: z
        .union([z.string().max(500), jsonNumber])
        .transform(String)
        .optional()
        .meta({
          title: 'Correlation key',
          description: 'Only an event with this key ends the wait: an order number, say.',
        }),
      timeout: duration.optional().meta({ title: 'Timeout', description: 'Such as 30m or 3d.' }),
      onTimeout: z.enum(['fail', 'port']).default('fail').meta({ title: 'On timeout', ports: PORTS }),
    })
    .refine((params) => params.for === 'resume' || params.event !== undefined, {
      path: ['event'],
      message: 'name the event to wait for',
    }),
  output: json,
  ports: null,
  effect: 'pure',
  async execute(_ctx, { for: kind, event, key, timeout, onTimeout }) {
    const deadline = { timeoutMs: timeout, ...(onTimeout === 'port' && { onTimeout: TIMED_OUT }) }
    return kind === 'resume' || event === undefined
      ? { wait: { kind: 'resume', ...deadline } }
      : { wait: { kind: 'event', name: event, key, ...deadline } }
  },
})
