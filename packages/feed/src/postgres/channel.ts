import { createHash } from 'node:crypto'

/** Postgres keeps 63 bytes of a name and drops the rest without a word. */
const MAX_CHANNEL_BYTES = 63

/**
 * The channel of a topic: one each, so that a process is sent only what it asked for. Topics that do not fit are
 * hashed to 128 bits.
 */
export function channelOf(prefix: string, topic: string): string {
  const plain = `${prefix}:${topic}`
  if (Buffer.byteLength(plain) <= MAX_CHANNEL_BYTES) return plain
  return `${prefix}#${createHash('sha256').update(topic).digest('hex').slice(0, 32)}`
}

export const quoteChannel = (channel: string): string => `"${channel.replaceAll('"', '""')}"`
