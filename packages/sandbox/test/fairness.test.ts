import { describe, expect, it } from 'vitest'
import { ScriptQueue } from '../src/script-queue.js'
import { runnerForTest, runWith } from './runner.js'

describe('ScriptQueue', () => {
  it('gives the next place to whoever has fewest, and of those to whoever has waited longest', () => {
    const queue = new ScriptQueue<string>()
    for (const task of ['a1', 'a2', 'a3']) queue.add('a', task)
    queue.add('b', 'b1')
    queue.add('c', 'c1')
    const order: string[] = []
    for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
      queue.occupied(next.owner)
      order.push(queue.take(next.owner))
    }
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  })
})

describe('scripts of several owners', () => {
  it('are not delayed by endless ones of another', async () => {
    const run = runWith(runnerForTest(2))
    const caller = new AbortController()
    const bombs = Array.from({ length: 30 }, (_, i) =>
      run('for (;;);', { owner: `bomber ${i % 3}`, timeoutMs: 600_000, signal: caller.signal }),
    )
    const outcomes = Promise.allSettled(bombs)
    expect((await run('return 1', { owner: 'honest' })).value).toBe(1)
    caller.abort()
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected')
  })

  it('come back from behind one that takes its time, and are answered once each', async () => {
    const run = runWith(runnerForTest(3))
    await run('return 0')
    const caller = new AbortController()
    const endless = run('for (;;);', { timeoutMs: 600_000, signal: caller.signal })
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => run(`return ${i}`)))
    expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    caller.abort()
    await expect(endless).rejects.toThrow()
  })

  it('are answered once each whatever ends around them', async () => {
    const run = runWith(runnerForTest(2))
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const caller = new AbortController()
        const code = i % 37 === 0 ? 'for (;;);' : i % 11 === 0 ? 'throw new Error("no")' : `return ${i}`
        const more = { owner: `owner ${i % 3}`, timeoutMs: 50, signal: caller.signal }
        const outcome = run(code, more).then(
          ({ value }) => value,
          () => 'failed',
        )
        if (i % 13 === 0) setImmediate(() => caller.abort(new Error('cancelled')))
        return await outcome
      }),
    )
    for (const [i, outcome] of outcomes.entries())
      if (i % 37 === 0 || i % 11 === 0) expect(outcome).toBe('failed')
      else if (i % 13 !== 0) expect(outcome).toBe(i)
  })

  it('say when they begin, which is not when they are asked for', async () => {
    const run = runWith(runnerForTest(1))
    const caller = new AbortController()
    const began: string[] = []
    const first = new Promise<void>((resolve) => {
      const started = () => {
        began.push('first')
        resolve()
      }
      run('for (;;);', { timeoutMs: 600_000, signal: caller.signal, started }).catch(() => undefined)
    })
    const second = run('return 2', { started: () => began.push('second') })
    await first
    expect(began).toEqual(['first'])
    caller.abort()
    expect((await second).value).toBe(2)
    expect(began).toEqual(['first', 'second'])
  })

  it('have their processor time counted, not the time that they wait for a processor', async () => {
    const run = runWith(runnerForTest(1))
    // Sleeps longer than it may compute.
    const code = 'return new Promise((resolve) => setTimeout(() => resolve(7), 400))'
    expect((await run(code, { timeoutMs: 200 })).value).toBe(7)
  })
})
