import { describe, expect, it } from 'vitest'
import { decodeRunFeed, encodeRunFeed, MAX_INLINE_BYTES } from '../src/index.js'

const eventOf = (bytes: number, letter = 'x'): unknown => ({ seq: 1, text: letter.repeat(bytes) })

describe('the payload of a run topic', () => {
  it('carries events while they are small', () => {
    const events = [
      { seq: 7, type: 'run_started' },
      { seq: 8, type: 'run_finished' },
    ]
    expect(decodeRunFeed(encodeRunFeed(events, 8))).toEqual({ lastSeq: 8, events })
    expect(decodeRunFeed(encodeRunFeed([], 8))).toEqual({ lastSeq: 8, events: [] })
  })

  it('keeps big integers, and the order of keys', () => {
    const payload = encodeRunFeed([{ z: 9007199254740993n, a: [-18446744073709551616n] }], 1)
    expect(payload).toBe('{"lastSeq":1,"events":[{"z":9007199254740993,"a":[-18446744073709551616]}]}')
    expect(encodeRunFeed(decodeRunFeed(payload).events ?? [], 1)).toBe(payload)
  })

  it('carries only how far the run has come when they are over the limit, counted in bytes', () => {
    const overhead = Buffer.byteLength(encodeRunFeed([eventOf(0)], 1))
    const most = MAX_INLINE_BYTES - overhead
    expect(Buffer.byteLength(encodeRunFeed([eventOf(most)], 1))).toBe(MAX_INLINE_BYTES)
    expect(decodeRunFeed(encodeRunFeed([eventOf(most + 1)], 1))).toEqual({ lastSeq: 1 })
    expect(decodeRunFeed(encodeRunFeed([eventOf(most, 'é')], 1))).toEqual({ lastSeq: 1 })
  })

  it.each(['', '{', 'null', '[]', '{"events":[]}', '{"lastSeq":"1"}', '{"lastSeq":1,"events":{}}'])(
    'refuses %j',
    (payload) => {
      expect(() => decodeRunFeed(payload)).toThrow()
    },
  )
})
