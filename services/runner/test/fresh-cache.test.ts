import { expect, it } from 'vitest'
import { FreshCache } from '../src/published/fresh-cache.js'

const cacheAt = (load: (key: string) => Promise<string | undefined>) => {
  const clock = { now: 0 }
  return { clock, cache: new FreshCache({ load, maxAgeMs: 1_000, maxEntries: 2, now: () => clock.now }) }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

it('loads once for many who ask, and again in the background past half its age', async () => {
  let loads = 0
  const { clock, cache } = cacheAt(async () => `v${++loads}`)
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')])).toEqual(['v1', 'v1', 'v1'])
  clock.now = 499
  expect(await cache.get('a')).toBe('v1')
  expect(loads).toBe(1)
  clock.now = 500
  expect(await cache.get('a')).toBe('v1')
  await turn()
  expect(await cache.get('a')).toBe('v2')
})

it('never answers with what is older than its age', async () => {
  let fail = false
  const { clock, cache } = cacheAt(async () => {
    if (fail) throw new Error('away')
    return 'v'
  })
  await cache.get('a')
  fail = true
  clock.now = 900
  expect(await cache.get('a')).toBe('v')
  clock.now = 1_000
  await expect(cache.get('a')).rejects.toThrow('away')
})

it('keeps no misses and only so many entries', async () => {
  const loaded: string[] = []
  const { cache } = cacheAt(async (key) => {
    loaded.push(key)
    return key === 'none' ? undefined : key
  })
  for (const key of ['none', 'none', 'a', 'b', 'c', 'a']) await cache.get(key)
  expect(loaded).toEqual(['none', 'none', 'a', 'b', 'c', 'a'])
  expect(cache.size).toBe(2)
})
