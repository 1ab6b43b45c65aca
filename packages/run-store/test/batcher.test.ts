import { waitFor } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { Batcher, type BatcherOptions } from '../src/batch/batcher.js'
import { turn, upTo } from './world.js'

interface Item {
  readonly key: string
  readonly size: number
}

/** A batcher whose batches land when the test says so. */
const harness = (changes: Partial<BatcherOptions<Item>> = {}) => {
  const sent: Item[][] = []
  const landings: (() => void)[] = []
  const batcher = new Batcher<Item>({
    windowMs: 60_000,
    maxItems: 3,
    maxInFlight: 2,
    maxBytes: 100,
    bytesOf: (item) => item.size,
    keyOf: (item) => item.key,
    run: (items) => {
      sent.push([...items])
      return new Promise((resolve) => landings.push(resolve))
    },
    ...changes,
  })
  const land = async () => {
    landings.shift()?.()
    await turn()
    await turn()
  }
  return { batcher, sent, land }
}

const items = (keys: string, size = 1): Item[] => [...keys].map((key) => ({ key, size }))
const keysOf = (sent: Item[][]): string[] => sent.map((batch) => batch.map((item) => item.key).join(''))

describe('a batcher', () => {
  it('sends what one turn brought at the end of that turn', async () => {
    const { batcher, sent } = harness()
    for (const item of items('ab')) batcher.add(item)
    expect(sent).toEqual([])
    await turn()
    expect(keysOf(sent)).toEqual(['ab'])
  })

  it('gathers while batches are in flight, and never exceeds their number or size', async () => {
    const { batcher, sent, land } = harness()
    for (const item of items('abcdefghij')) batcher.add(item)
    await turn()
    await turn()
    expect(keysOf(sent)).toEqual(['abc', 'def'])
    await land()
    await land()
    expect(keysOf(sent)).toEqual(['abc', 'def', 'ghi'])
    await land()
    expect(keysOf(sent)).toEqual(['abc', 'def', 'ghi', 'j'])
  })

  it('sends a batch that is not full once its window is over', async () => {
    const { batcher, sent } = harness({ windowMs: 1 })
    batcher.add({ key: 'a', size: 1 })
    await turn()
    batcher.add({ key: 'b', size: 1 })
    await turn()
    await waitFor(() => sent.length === 2, { what: 'the end of the window' })
    expect(keysOf(sent)).toEqual(['a', 'b'])
  })

  it('ends a batch before it grows too large, and sends what is larger alone', async () => {
    const { batcher, sent, land } = harness({ maxInFlight: 1, maxItems: 10 })
    for (const size of [60, 30, 30, 500, 1]) batcher.add({ key: String(size + Math.random()), size })
    await turn()
    for (const _ of upTo(4)) await land()
    expect(sent.map((batch) => batch.map((item) => item.size))).toEqual([[60, 30], [30], [500], [1]])
  })

  it('keeps items of one key in order and apart', async () => {
    const { batcher, sent, land } = harness()
    for (const item of items('aab')) batcher.add(item)
    await turn()
    await turn()
    expect(keysOf(sent)).toEqual(['ab'])
    for (const item of items('ac')) batcher.add(item)
    await land()
    expect(keysOf(sent)).toEqual(['ab', 'ac'])
    await land()
    expect(keysOf(sent)).toEqual(['ab', 'ac', 'a'])
  })

  it('is idle once nothing waits and nothing is in flight', async () => {
    const { batcher, land } = harness({ maxInFlight: 1, maxItems: 1 })
    await batcher.idle()
    for (const item of items('ab')) batcher.add(item)
    let idle = false
    const waiting = batcher.idle().then(() => {
      idle = true
    })
    await turn()
    await land()
    expect(idle).toBe(false)
    await land()
    await waiting
    expect(idle).toBe(true)
  })
})
