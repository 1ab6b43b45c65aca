import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import { play } from './play.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.worker()
}, 120_000)
afterAll(() => world.end(), 60_000)

const script = (code: string) => ({
  id: 'script',
  type: 'transform.script',
  params: { code },
  retry: { maxAttempts: 3, delayMs: 1, jitter: 'none' as const },
})
const tries = (events: readonly { readonly type: string }[]) =>
  events.filter(({ type }) => type === 'step_started').length

test('a script that throws is tried again, as its node says', async () => {
  const run = await play(world, [script('throw new Error("not yet")')])
  expect(tries(run.events)).toBe(3)
  expect(run.end).toMatchObject({ status: 'failed', error: { code: 'SCRIPT_FAILED' } })
})

test('one that uses too much is not: it would again', async () => {
  const run = await play(world, [script('return "x".repeat(3).split("").map(() => new Array(1e9).fill(0))')])
  expect(tries(run.events)).toBe(1)
  expect(run.end).toMatchObject({ status: 'failed', error: { code: 'SCRIPT_LIMIT' } })
})
