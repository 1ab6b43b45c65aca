import { setMaxListeners } from 'node:events'
import type { RunEvent } from '@millrace/contracts'
import { encodeRunFeed } from '@millrace/feed'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../src/stream/frame.js'
import { RunHub } from '../src/stream/hub.js'

const RUN = { workspaceId: 'w', runId: 'r' }
const never = new AbortController().signal
setMaxListeners(0, never)

const logEvent = (seq: number, message = ''): RunEvent => ({
  type: 'step_log',
  seq,
  at: 0,
  path: 'work',
  attempt: 1,
  level: 'info',
  message,
})
const lastEvent = (seq: number): RunEvent => ({ type: 'run_finished', seq, at: 0, status: 'completed' })

/** A log that is always right, and a feed that the test speaks for. */
const source = (options: { subscribe?: () => Promise<void>; read?: () => Promise<never> } = {}) => {
  const log: RunEvent[] = []
  const reads: number[] = []
  let subscriptions = 0
  let checks = 0
  let listener: ((payload: string) => void) | undefined
  let reconnected: () => void = () => undefined
  const hub = new RunHub({
    feed: {
      subscribe: async (_topic, heard) => {
        subscriptions += 1
        await options.subscribe?.()
        listener = heard
        return () => {
          listener = undefined
        }
      },
      onReconnect: (heard) => {
        reconnected = heard
        return () => undefined
      },
    },
    readEvents: async (_run, after, limit) => {
      reads.push(after)
      await options.read?.()
      return log.slice(after, after + limit)
    },
    lastSeqs: async () => {
      checks += 1
      return new Map([[RUN.runId, log.length]])
    },
    onError: () => undefined,
    pollMs: 60_000,
  })
  return {
    hub,
    log,
    reads,
    subscriptions: () => subscriptions,
    subscribed: () => listener !== undefined,
    reconnect: () => reconnected(),
    checks: () => checks,
    tellAnswer: (event: RunEvent, answer: object) => listener?.(encodeRunFeed([event], event.seq, answer)),
    tell: (...events: RunEvent[]) => listener?.(encodeRunFeed(events, events.at(-1)?.seq ?? 0)),
  }
}

/** Every batch until the end, each taken at once or, with `room`, once that has resolved. */
const follow = (hub: RunHub, after = 0, room?: () => Promise<void>) => {
  const batches: Batch[] = []
  let leave = () => {}
  const ended = new Promise<readonly Batch[]>((resolve, reject) => {
    leave = hub.follow(RUN, after, {
      take(batch) {
        batches.push(batch)
        return room?.() ?? true
      },
      end: (error) => (error === undefined ? resolve(batches) : reject(error)),
    })
  })
  return { ended, leave: () => leave(), taken: () => batches.length }
}

const collect = async (hub: RunHub, after = 0, room?: () => Promise<void>): Promise<number[]> =>
  (await follow(hub, after, room).ended).flatMap(({ frames }) => frames.map((frame) => frame.seq))

/** What a waiting caller sees of the run that it has just made. */
const awaited = (hub: RunHub) => hub.waitFor(RUN, () => false, 60_000, never)

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

describe('RunHub', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is dense whatever the feed does, seed %i (I4)', async (seed) => {
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    const world = source()
    const followers = upTo(10).map(() => collect(world.hub))
    const late: Promise<number[]>[] = []
    const told: RunEvent[] = []
    for (let seq = 1; seq <= 400; seq += 1) {
      const event = seq === 400 ? lastEvent(seq) : logEvent(seq, 'x'.repeat(random() < 0.05 ? 70_000 : 5))
      world.log.push(event)
      if (random() < 0.7) world.tell(event) // else lost
      if (random() < 0.2) world.tell(told[Math.floor(random() * told.length)] ?? event) // twice, late
      if (random() < 0.02) late.push(collect(world.hub, Math.floor(random() * (seq + 1))))
      if (random() < 0.3) await turn()
      told.push(event)
    }
    world.reconnect()
    for (const seen of await Promise.all(followers)) expect(seen).toEqual(upTo(400))
    for (const seen of await Promise.all(late)) {
      const first = seen[0] ?? 401
      expect(seen).toEqual(upTo(400).slice(first - 1))
    }
    expect(world.subscriptions()).toBe(1)
    expect(world.hub.size).toBe(0)
    world.hub.close()
  })

  it('lets followers at the same place share one read and one buffer', async () => {
    const world = source()
    for (let seq = 1; seq < 50; seq += 1) world.log.push(logEvent(seq))
    world.log.push(lastEvent(50))
    const all = await Promise.all(upTo(100).map(() => follow(world.hub).ended))
    const buffers = new Set(all.flat().map(({ bytes }) => bytes))
    expect(world.reads).toEqual([0])
    expect(buffers.size).toBe(1)
    world.hub.close()
  })

  it('waits for room before it hands on more, and then has lost nothing (I10)', async () => {
    const world = source()
    let makeRoom = () => {}
    const room = new Promise<void>((resolve) => {
      makeRoom = resolve
    })
    const slow = follow(world.hub, 0, () => room)
    const seen = collect(world.hub)
    for (let seq = 1; seq <= 300; seq += 1) {
      world.log.push(seq === 300 ? lastEvent(seq) : logEvent(seq))
      world.tell(world.log.at(-1)!)
      if (seq % 50 === 0) await turn()
    }
    expect(await seen).toEqual(upTo(300))
    expect(slow.taken()).toBe(1)
    makeRoom()
    expect((await slow.ended).flatMap(({ frames }) => frames.map(({ seq }) => seq))).toEqual(upTo(300))
    world.hub.close()
  })

  it('ends a follower with what reading threw', async () => {
    const world = source({ read: () => Promise.reject(new Error('no database')) })
    world.log.push(logEvent(1))
    await expect(collect(world.hub)).rejects.toThrow('no database')
    expect(world.hub.size).toBe(0)
    world.hub.close()
  })

  it('shows what the database has while the feed cannot be reached', async () => {
    const world = source({ subscribe: () => new Promise(() => undefined) })
    world.log.push(logEvent(1))
    const seen = collect(world.hub)
    await turn()
    world.log.push(lastEvent(2))
    await world.hub.runOnce()
    expect(await seen).toEqual([1, 2])
    world.hub.close()
  })

  it('tries again to subscribe at the next poll', async () => {
    let refuse = true
    const world = source({
      subscribe: () => (refuse ? Promise.reject(new Error('away')) : Promise.resolve()),
    })
    const seen = collect(world.hub)
    await turn()
    expect(world.subscribed()).toBe(false)
    refuse = false
    await world.hub.runOnce()
    await turn()
    expect(world.subscribed()).toBe(true)
    world.log.push(lastEvent(1))
    world.tell(lastEvent(1))
    expect(await seen).toEqual([1])
    expect(world.subscribed()).toBe(false)
    world.hub.close()
  })

  it('keeps batches within 64 KB unless one event is larger', async () => {
    const world = source()
    for (let seq = 1; seq <= 20; seq += 1) world.log.push(logEvent(seq, 'x'.repeat(20_000)))
    world.log.push(logEvent(21, 'x'.repeat(200_000)), lastEvent(22))
    const sizes: number[] = []
    for (const batch of await follow(world.hub).ended) {
      if (batch.frames.length > 1) expect(batch.bytes.length).toBeLessThanOrEqual(64 * 1024)
      sizes.push(batch.frames.length)
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(22)
    world.hub.close()
  })

  it('stops following when told to, and ends everyone when it closes', async () => {
    const world = source()
    const gone = follow(world.hub)
    const kept = collect(world.hub)
    await turn()
    expect(world.hub.followers).toBe(2)
    gone.leave()
    await gone.ended
    expect(world.hub.followers).toBe(1)
    world.hub.close()
    expect(await kept).toEqual([])
  })

  it('waits for the first event that is accepted, or the end', async () => {
    const world = source()
    world.log.push(logEvent(1), logEvent(2, 'this'), logEvent(3))
    const found = await world.hub.waitFor(RUN, (frame) => frame.json.includes('this'), 60_000, never)
    expect(found?.seq).toBe(2)
    const ended = world.hub.waitFor(RUN, () => false, 60_000, never)
    await turn()
    world.log.push(lastEvent(4))
    world.tell(lastEvent(4))
    expect((await ended)?.type).toBe('run_finished')
    world.log.pop()
    expect(await world.hub.waitFor(RUN, () => false, 1, never)).toBeUndefined()
    world.hub.close()
  })
})

describe('a run that is expected', () => {
  it('costs no look at the database when the feed tells all of it', async () => {
    const world = source()
    const expected = world.hub.expect(RUN)
    await turn()
    expected.arrived()
    const seen = awaited(world.hub)
    world.log.push(logEvent(1), lastEvent(2))
    world.tell(logEvent(1), lastEvent(2))
    expect(await seen).toMatchObject({ type: 'run_finished', seq: 2 })
    expect([world.reads, world.checks(), world.subscriptions()]).toEqual([[], 0, 1])
    expected.leave()
    expect(world.subscribed()).toBe(false)
    world.hub.close()
  })

  it('is looked at when the subscription stands later than it does', async () => {
    let stand = () => {}
    const world = source({ subscribe: () => new Promise((resolve) => (stand = resolve)) })
    const expected = world.hub.expect(RUN)
    expected.arrived()
    world.log.push(lastEvent(1))
    const seen = awaited(world.hub)
    await turn()
    stand()
    expect(await seen).toMatchObject({ type: 'run_finished' })
    expected.leave()
    world.hub.close()
  })

  it('is found by the poll when the feed says nothing (D16)', async () => {
    const world = source()
    const expected = world.hub.expect(RUN)
    await turn()
    expected.arrived()
    const seen = awaited(world.hub)
    world.log.push(lastEvent(1))
    await world.hub.runOnce()
    expect(await seen).toMatchObject({ type: 'run_finished' })
    expected.leave()
    world.hub.close()
  })

  it('has its answer beside its events, for as long as it is followed', async () => {
    const world = source()
    const expected = world.hub.expect(RUN)
    await turn()
    expected.arrived()
    expect(world.hub.answerOf(RUN.runId)).toBeUndefined()
    world.tellAnswer(logEvent(1), { response: { status: 201 } })
    world.tellAnswer(lastEvent(2), { output: 3 })
    expect(world.hub.answerOf(RUN.runId)).toEqual({ response: { status: 201 }, output: 3 })
    expected.leave()
    expect(world.hub.answerOf(RUN.runId)).toBeUndefined()
    world.hub.close()
  })
})
