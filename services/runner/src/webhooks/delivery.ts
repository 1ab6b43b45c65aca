import { createHash } from 'node:crypto'
import type { IncomingHook } from './verify.js'

/** Ids that a sender gives each delivery, GitHub's and that of Standard Webhooks: of its two tries the first counts. */
const DELIVERY_IDS = ['x-github-delivery', 'webhook-id']
/** A key that a caller chooses itself. */
const IDEMPOTENCY_KEY = 'idempotency-key'
const MAX_ID_LENGTH = 128

export interface Delivery {
  /** The run's idempotency key. */
  readonly key: string
  /**
   * True for a sender's own id: what comes under it again is that delivery, whatever its bytes, since senders write their
   * JSON anew for each try. A caller's key for two different requests is the caller's mistake.
   */
  readonly idWins: boolean
}

/** The same delivery to the same webhook makes one run (I6). The first header found counts; null when there is none. */
export const deliveryOf = (
  hook: IncomingHook,
  listener: { workflowId: string; nodeId: string },
): Delivery | null => {
  for (const name of [...DELIVERY_IDS, IDEMPOTENCY_KEY]) {
    const id = hook.headers[name]
    if (typeof id !== 'string' || id === '') continue
    const short = id.length <= MAX_ID_LENGTH ? id : createHash('sha256').update(id).digest('hex')
    return {
      // Each header has ids of its own: the same text under another one is another delivery.
      key: `webhook:${listener.workflowId}:${listener.nodeId}:${name}:${short}`,
      idWins: name !== IDEMPOTENCY_KEY,
    }
  }
  return null
}
