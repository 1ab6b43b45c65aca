import { randomFillSync } from 'node:crypto'

/**
 * A UUID of version 7 (RFC 9562, section 5.7): ids sort by the millisecond they were made in.
 * @param now milliseconds since the epoch
 * @param random at least 10 random bytes
 */
export const newId = (now: number, random: Uint8Array): string => {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Random bytes drawn at once: each call to the system costs more than the id it is for. */
const pool = Buffer.alloc(10 * 256)
let drawn = pool.length

/**
 * `newId` with this process's clock. The clock decides only where an id sorts: nothing compares it with
 * a time (D8).
 */
export const uuidv7 = (): string => {
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  drawn += 10
  return newId(Date.now(), pool.subarray(drawn - 10, drawn))
}
