import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Pace } from '../src/run/pace.js'

it('lets all runs begin at once for ten seconds after the last time that two workspaces met', () => {
  let now = 0
  const pace = new Pace(() => now)
  const waits = () => Array.from({ length: 20 }, () => pace.next()).some((wait) => wait !== undefined)
  pace.met('one')
  pace.met('one')
  expect(waits()).toBe(false)
  pace.met('other')
  now = 9_999
  pace.met('other')
  expect(waits()).toBe(true)
})

it('is in no hurry again once one workspace has the worker to itself', () => {
  let now = 0
  const pace = new Pace(() => now)
  for (const workspace of ['one', 'other', 'other']) pace.met(workspace)
  now = 10_000
  for (let run = 0; run < 40; run++) expect(pace.next()).toBe(undefined)
})

it('lets sixteen runs begin in one turn of the event loop, the others in those that follow, in their order', async () => {
  const pace = new Pace()
  for (const workspace of ['one', 'other']) pace.met(workspace)
  const begun: number[] = []
  const begin = async (run: number) => {
    const wait = pace.next()
    if (wait !== undefined) await wait
    begun.push(run)
  }
  for (let run = 0; run < 40; run++) void begin(run)
  expect(begun.length).toBe(16)
  await turn()
  expect(begun.length).toBe(32)
  // One that comes meanwhile overtakes nobody.
  void begin(40)
  expect(begun.length).toBe(32)
  await turn()
  expect(begun).toEqual(Array.from({ length: 41 }, (_, run) => run))
  await turn()
  void begin(41)
  expect(begun.at(-1)).toBe(41)
})
