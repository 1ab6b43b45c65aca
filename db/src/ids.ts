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

/** Of this process's latest id: its milliseconds, and the 12 bits behind them, which count its ids in that one. */
let latest = 0
let count = 0
const COUNTS = 2 ** 12

/**
 * `newId` with this process's clock. Each sorts behind the one before, also within a millisecond and when the clock
 * goes back (RFC 9562, section 6.2, method 1). The clock decides only where an id sorts: nothing compares it with a
 * time (D8).
 */
export const uuidv7 = (): string => {
  const random = draw()
  const now = Date.now()
  if (now > latest) {
    latest = now
    // From its lower half, so that there is room to count.
    count = random.readUInt16BE(0) % (COUNTS / 2)
  } else if (++count === COUNTS) {
    latest++
    count = 0
  }
  random.writeUInt16BE(count, 0)
  return newId(latest, random)
}

const draw = (): Buffer => {
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  drawn += 10
  return pool.subarray(drawn - 10, drawn)
}
