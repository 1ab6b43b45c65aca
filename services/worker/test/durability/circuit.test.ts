import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

describe('an open circuit', () => {
  it('uses up no attempt of the step, which tries again by itself', async () => {
    world.upstream.hold('/call')
    const retry = { maxAttempts: 3, backoff: 'fixed', delayMs: 10, jitter: 'none' } as const
    const version = await world.publish({
      nodes: [{ id: 'call', type: 'http.request', params: { url: `${world.upstream.url}/call` }, retry }],
      edges: [{ from: 'start', to: 'call' }],
    })
    await world.worker({ circuits: { failures: 2, openMs: 1_000 } })
    const runId = await world.start(version)
    for (const nth of [1, 2]) (await world.upstream.nth('/call', nth)).writeHead(500).end('{}')
    // The third attempt is the last one: it is only made once the upstream may be called again.
    await world.upstream.answer('/call', 3)
    expect(await ended(world, runId)).toBe('completed')
    const retries = (await world.events(runId)).flatMap((event) =>
      event.type === 'step_retrying' ? [[event.error.code, event.counted]] : [],
    )
    expect(retries.slice(0, 2)).toEqual([
      ['HTTP_STATUS', true],
      ['HTTP_STATUS', true],
    ])
    expect(retries.length).toBeGreaterThan(2)
    expect(new Set(retries.slice(2).map(String))).toEqual(new Set(['CIRCUIT_OPEN,false']))
    expect(world.upstream.count('/call')).toBe(3)
  })

  it('is waited for as long as it is open, whatever the policy: no tries in between', async () => {
    world.upstream.hold('/call')
    // Ten times its longest delay, as far as a Retry-After is followed, is far less than the circuit stays open.
    const retry = { maxAttempts: 3, backoff: 'fixed', delayMs: 10, maxDelayMs: 10, jitter: 'none' } as const
    const version = await world.publish({
      nodes: [{ id: 'call', type: 'http.request', params: { url: `${world.upstream.url}/call` }, retry }],
      edges: [{ from: 'start', to: 'call' }],
    })
    await world.worker({ circuits: { failures: 1, openMs: 1_500 } })
    const runId = await world.start(version)
    ;(await world.upstream.nth('/call', 1)).writeHead(500).end('{}')
    await world.upstream.answer('/call', 2)
    expect(await ended(world, runId)).toBe('completed')
    const host = new URL(world.upstream.url).host
    const refused = (await world.events(runId)).flatMap((event) =>
      event.type === 'step_retrying' && event.error.code === 'CIRCUIT_OPEN' ? [event] : [],
    )
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ counted: false, error: { details: { upstream: host } } })
    expect(refused[0]?.error.message).toContain(host)
    // It says until when; the circuit has been open for a moment by then.
    const waits = (refused[0]?.dueAt ?? 0) - (refused[0]?.at ?? 0)
    expect(waits).toBeGreaterThan(100)
    expect(waits).toBeLessThanOrEqual(1_500)
  })
})
