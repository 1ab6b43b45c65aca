import { expect, it } from 'vitest'
import { Loop } from '../src/loop.js'

const signal = () => {
  let fire: () => void = () => undefined
  const fired = new Promise<void>((resolve) => {
    fire = resolve
  })
  return { fire, fired }
}

it('goes on after a pass that failed, and reports it', async () => {
  const second = signal()
  const errors: string[] = []
  let passes = 0
  const runOnce = async (): Promise<number | undefined> => {
    passes += 1
    if (passes === 1) throw new Error('no')
    second.fire()
    return undefined
  }
  const loop = new Loop({ runOnce }, { name: 'test', maxPauseMs: 1, onError: (_, name) => errors.push(name) })
  loop.start()
  await second.fired
  await loop.stop()
  expect(errors).toEqual(['test'])
})

it('waits for the pass in hand when it stops, and begins no other', async () => {
  const began = signal()
  const release = signal()
  let passes = 0
  const runOnce = async (): Promise<number | undefined> => {
    passes += 1
    began.fire()
    await release.fired
    return 0
  }
  const loop = new Loop({ runOnce }, { name: 'test', maxPauseMs: 1, onError: () => undefined })
  loop.start()
  await began.fired
  const stopped = loop.stop()
  release.fire()
  await stopped
  await new Promise((resolve) => setImmediate(resolve))
  expect(passes).toBe(1)
})

it('lets passes of one loop never overlap', async () => {
  let inside = 0
  const runOnce = async (): Promise<undefined> => {
    inside += 1
    await new Promise((resolve) => setImmediate(resolve))
    expect(inside).toBe(1)
    inside -= 1
  }
  const loop = new Loop({ runOnce }, { name: 'test', maxPauseMs: 1_000, onError: () => undefined })
  await Promise.all([loop.runOnce(), loop.runOnce(), loop.runOnce()])
})

it('refuses a pause that would spin', () => {
  const pass = { runOnce: async () => undefined }
  expect(() => new Loop(pass, { name: 'test', maxPauseMs: 0, onError: () => undefined })).toThrow(RangeError)
})
