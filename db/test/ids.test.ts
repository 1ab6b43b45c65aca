import { newId, uuidv7 } from '@millrace/db'
import { describe, expect, it } from 'vitest'

describe('newId', () => {
  it('puts time, version and variant where RFC 9562 has them (its example, appendix A.6)', () => {
    const random = Buffer.from('0cc318c4dc0c0c07398f', 'hex')
    expect(newId(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  })

  it('sorts by time', () => {
    const random = new Uint8Array(10).fill(0xff)
    const ids = [1, 2, 1_000, 1_700_000_000_000, 2 ** 47].map((now) => newId(now, random))
    expect([...ids].sort()).toEqual(ids)
  })

  it('makes a new id each time, each behind the one before, however many come in a millisecond', () => {
    const ids = Array.from({ length: 20_000 }, uuidv7)
    expect(new Set(ids).size).toBe(20_000)
    expect(ids.toSorted()).toEqual(ids)
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
