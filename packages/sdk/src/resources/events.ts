import { type PublishEventBody, publishEventAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'

export const createEvents = (transport: Transport) => ({
  /**
   * Starts the workflows that listen for it and resumes the runs that wait for it. With an `id` of its sender's, it
   * happens once, however often it is sent. Throws IDEMPOTENCY_KEY_REUSED.
   */
  publish: (body: PublishEventBody) =>
    transport.call({ method: 'POST', path: '/events', body }, publishEventAnswer),
})
