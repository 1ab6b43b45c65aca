import { expect, it } from 'vitest'
import { Waiters } from '../src/waiters.js'

it('tells everybody who waits, once', async () => {
  const waiters = new Waiters()
  const told: string[] = []
  const first = waiters.next(60_000).then(() => told.push('first'))
  const second = waiters.next().then(() => told.push('second'))
  waiters.tell()
  await Promise.all([first, second])
  waiters.tell()
  expect(told).toEqual(['first', 'second'])
})

it('waits no longer than its grace', async () => {
  await new Waiters().next(1)
})
