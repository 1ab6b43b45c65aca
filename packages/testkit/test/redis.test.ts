import { testRedisUrl } from '@millrace/testkit'
import { expect, test } from 'vitest'

test('each call gives a database of its own', () => {
  expect(testRedisUrl()).toMatch(/^redis:\/\/127\.0\.0\.1:\d+\/\d+$/)
  expect(testRedisUrl()).not.toBe(testRedisUrl())
})
