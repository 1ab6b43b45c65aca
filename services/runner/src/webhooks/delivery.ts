import { createHash } from 'node:crypto'
import type { IncomingHook } from './verify.js'

/** Where senders put the id of a delivery: GitHub, Standard Webhooks, everyone else. The first found counts. */
const HEADERS = ['x-github-delivery', 'webhook-id', 'idempotency-key']
const MAX_ID_LENGTH = 128

/** The idempotency key of a delivery: the same delivery to the same webhook makes one run (I6). */
export const deliveryKey = (
  hook: IncomingHook,
  listener: { workflowId: string; nodeId: string },
): string | null => {
  const name = HEADERS.find(
    (header) => typeof hook.headers[header] === 'string' && hook.headers[header] !== '',
  )
  const id = name === undefined ? undefined : hook.headers[name]
  if (typeof id !== 'string') return null
  const short = id.length <= MAX_ID_LENGTH ? id : createHash('sha256').update(id).digest('hex')
  return `webhook:${listener.workflowId}:${listener.nodeId}:${short}`
}
