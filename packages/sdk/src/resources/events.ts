import { type PublishEventBody, publishEventAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'

export const createEvents = (transport: Transport) => ({
  /** With an `id` of its sender's, the same event happens once, however often it is sent. */
  publish: (body: PublishEventBody) =>
    transport.call({ method: 'POST', path: '/events', body }, publishEventAnswer),
})
