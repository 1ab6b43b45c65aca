import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Pace } from '../src/run/pace.js'

it('lets sixteen runs begin in one turn of the event loop, the others in those that follow, in their order', async () => {
  const pace = new Pace()
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
