import { describe, expect, it } from 'vitest'
import { Places } from '../src/pool/places.js'
import { useWorld } from './world.js'

const world = useWorld()
const as = (workflowId: string, credential = 'database') => ({
  user: { workspaceId: 'workspace', credential, workflowId },
})

/** Holds the places that it was given, in the order in which it was. */
const takers = (places: Places) => {
  const given: string[] = []
  const held: (() => void)[] = []
  const take = (user: string, signal = new AbortController().signal) =>
    places.take(user, signal).then((handBack) => {
      given.push(user)
      held.push(handBack)
    })
  return { given, held, take }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('places', () => {
  it('one user leaves the last to others, and alone never has them all', async () => {
    const { given, take, held } = takers(new Places(5, 2))
    for (let n = 0; n < 6; n++) void take('slow')
    await settle()
    expect(given).toEqual(['slow', 'slow', 'slow'])
    await Promise.all([take('quick'), take('third')])
    expect(given.slice(3)).toEqual(['quick', 'third'])
    void take('fourth')
    await settle()
    expect(given).toHaveLength(5)
    held[3]?.()
    await settle()
    expect(given[5]).toBe('fourth')
  })

  it('users take turns, however many of one of them wait', async () => {
    const { given, take, held } = takers(new Places(1, 0))
    await take('a')
    for (let n = 0; n < 3; n++) void take('a')
    void take('b')
    void take('c')
    for (let n = 0; n < 5; n++) {
      held[n]?.()
      await settle()
    }
    expect(given).toEqual(['a', 'a', 'b', 'c', 'a', 'a'])
  })

  it('who gives up leaves the line, and nothing behind', async () => {
    const places = new Places(1, 0)
    const { given, take, held } = takers(places)
    await take('a')
    const abort = new AbortController()
    const waiting = take('b', abort.signal)
    void take('c')
    abort.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    await expect(take('d', AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
    held[0]?.()
    await settle()
    expect(given).toEqual(['a', 'c'])
    held[1]?.()
    expect(places.idle).toBe(true)
  })
})

describe('a database', () => {
  it('answers a quick statement while twelve slow ones of another workflow run', async () => {
    const stops = Array.from({ length: 12 }, () => new AbortController())
    const slow = stops.map(({ signal }) => world().ask('select pg_sleep(600)', [], { ...as('slow'), signal }))
    const active = `(select count(*) from pg_stat_activity where datname = current_database() and state = 'active'
      and query = 'select pg_sleep(600)')`
    await expect
      .poll(async () => (await world().ask(`select ${active} as n`, [], as('quick', 'other'))).rows)
      .toEqual([{ n: '8' }])
    const began = performance.now()
    await world().ask('select 1', [], as('quick'))
    const tookMs = performance.now() - began
    expect(tookMs).toBeLessThan(1_000)
    for (const stop of stops) stop.abort(new Error('enough'))
    for (const each of await Promise.allSettled(slow)) expect(each.status).toBe('rejected')
  })

  it('is used over one connection by one statement after the other', async () => {
    const pids = new Set<unknown>()
    for (let n = 0; n < 20; n++)
      pids.add((await world().ask('select pg_backend_pid() as pid', [], as('one', 'alone'))).rows[0])
    expect(new Set([...pids].map((row) => JSON.stringify(row))).size).toBe(1)
  })

  it('of more credentials than connections are kept for closes idle ones, never one in use', async () => {
    const stop = new AbortController()
    const busy = world().ask('select pg_sleep(600)', [], { ...as('w', 'busy'), signal: stop.signal })
    busy.catch(() => {})
    for (let n = 0; n < 40; n++) await world().ask('select 1', [], as('w', `credential-${n}`))
    const active = `select 1 from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(600)'
      and state = 'active'`
    expect((await world().ask(active)).rowCount).toBe(1)
    stop.abort(new Error('enough'))
    await expect(busy).rejects.toThrow('enough')
  })
})
