import { expect, it } from 'vitest'
import { Slots } from '../../src/places/slots.js'

it('lets the smallest priority in first, then the first to come (D19)', async () => {
  const slots = new Slots(1)
  await slots.acquire(9)
  const entered: string[] = []
  const waiting = (
    [
      ['a', 5],
      ['b', 7],
      ['c', 5],
      ['d', 0],
      ['e', 7],
    ] as const
  ).map(([name, priority]) => slots.acquire(priority).then(() => entered.push(name)))
  for (const _ of waiting) slots.release()
  await Promise.all(waiting)
  expect(entered.join('')).toBe('dacbe')
})

it('keeps a place that nobody waits for', async () => {
  const slots = new Slots(1)
  await slots.acquire()
  slots.release()
  await slots.acquire()
  let third = false
  const waits = slots.acquire().then(() => {
    third = true
  })
  expect(third).toBe(false)
  slots.release()
  await waits
})
