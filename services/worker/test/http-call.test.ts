import { describe, expect, it } from 'vitest'
import { httpCall } from '../src/run/http-call.js'

describe('the time that a call may take', () => {
  const { signal } = new AbortController()
  const call = { method: 'GET', url: 'https://a.example' }

  it.each([
    ["the client's default", undefined, undefined, undefined],
    ["the node's, which its signal tells", 90_000, undefined, Number.POSITIVE_INFINITY],
    ["the request's own", undefined, 40_000, 40_000],
    ["the request's own within the node's", 90_000, 40_000, 40_000],
  ])('is %s', (_what, step, own, timeoutMs) => {
    const made = httpCall(own === undefined ? call : { ...call, timeoutMs: own }, step, signal)
    expect(made.timeoutMs).toBe(timeoutMs)
    expect(made.signal).toBe(signal)
  })
})
