import { MillraceError } from '@millrace/contracts'

const MAX_SEQ = 2 ** 31 - 1

/** A sequence number as a client writes it: decimal digits, nothing else. */
export const parseSeq = (text: string, what: string): number => {
  const seq = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (seq <= MAX_SEQ) return seq
  throw new MillraceError('INVALID_REQUEST', `${what} must be the number of the last event that was seen`)
}

/**
 * Where a viewer goes on: `Last-Event-ID` beats `?after=`, since a browser reconnects to the URL it began with.
 * @throws INVALID_REQUEST
 */
export const resumeAfter = (lastEventId: string | undefined, after: string | undefined): number => {
  if (lastEventId !== undefined && lastEventId !== '') return parseSeq(lastEventId, 'Last-Event-ID')
  return after === undefined ? 0 : parseSeq(after, 'after')
}
