import {
  deadLetterDetails,
  deadLetterGroup,
  discardAnswer,
  type RedriveBody,
  redriveAnswer,
} from '@millrace/contracts'
import type { Transport } from '../transport.js'
import { list } from './page.js'

const at = (fingerprint: string) => `/dead-letters/${encodeURIComponent(fingerprint)}`

/** Runs that the engine had to give up, by fingerprint. Each call throws NOT_FOUND when none is left of it. */
export const createDeadLetters = (transport: Transport) => ({
  list: async () => (await list(transport, '/dead-letters', deadLetterGroup)).items,

  get: (fingerprint: string) => transport.call({ method: 'GET', path: at(fingerprint) }, deadLetterDetails),

  discard: (fingerprint: string, reason: string) =>
    transport.call({ method: 'POST', path: `${at(fingerprint)}/discard`, body: { reason } }, discardAnswer),

  /** At most 100 a call: see `left`. */
  redrive: (fingerprint: string, body: RedriveBody = {}) =>
    transport.call({ method: 'POST', path: `${at(fingerprint)}/redrive`, body }, redriveAnswer),
})
