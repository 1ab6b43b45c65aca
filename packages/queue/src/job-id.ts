import { randomBytes } from 'node:crypto'

/**
 * Makes job ids `<runId>.<nonce>` that are never built twice (D10): BullMQ ignores an id that it still knows in any
 * state. One random part a process and a counter, since random bytes for every job showed up in the profile of
 * bulk enqueues. BullMQ forbids `:` and all-digit ids; neither can come out of this.
 */
export function jobIdMaker(random: () => string = () => randomBytes(9).toString('base64url')) {
  const process = random()
  let count = 0
  return (runId: string): string => `${runId}.${process}${(count++).toString(36)}`
}
