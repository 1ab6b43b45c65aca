import { describe, expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '../src/index.js'
import { createGate } from '../src/passwords/gate.js'

describe('passwords', () => {
  test('argon2id with the parameters asked for', async () => {
    const hash = await hashPassword('secret')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verifyPassword(hash, 'secret')).toBe(true)
    expect(await verifyPassword(hash, 'Secret')).toBe(false)
  })

  test('nobody has the dummy password', async () => {
    expect(await verifyPassword(undefined, 'nobody has this password')).toBe(false)
  })
})

describe('the gate', () => {
  test('runs 4 of 10 at once, in order, and survives a failure', async () => {
    const gate = createGate(4)
    const started: number[] = []
    const finish: (() => void)[] = []
    const tasks = Array.from({ length: 10 }, (_, i) =>
      gate(async () => {
        started.push(i)
        await new Promise<void>((resolve) => finish.push(resolve))
        if (i === 0) throw new Error('failed')
      }).catch(() => undefined),
    )
    await Promise.resolve()
    expect(started).toEqual([0, 1, 2, 3])
    while (finish.length > 0) {
      const before = started.length
      finish.shift()?.()
      await new Promise(setImmediate)
      expect(started.length).toBe(Math.min(10, before + 1))
    }
    await Promise.all(tasks)
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
