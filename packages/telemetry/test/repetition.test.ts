import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLogger } from '../src/index.js'

interface Line {
  readonly level: number
  readonly msg: string
  readonly repeated?: number
  readonly err?: { readonly message: string; readonly stack?: string; readonly code?: string }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const begin = () => {
  const lines: Line[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLogger('test', 'info', { destination, now: () => Date.now() })
  return { log, lines }
}

const refused = () =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' })
const UNPUBLISHED = 'events were not published live'

test('an outage is told at once, then once a minute with its number, and once more when it is over', () => {
  const { log, lines } = begin()
  for (let i = 0; i <= 700; i++) {
    log.warn({ err: refused() }, UNPUBLISHED)
    vi.advanceTimersByTime(100)
  }
  vi.advanceTimersByTime(15_000)
  expect(lines.map(({ msg, repeated }) => [msg, repeated])).toEqual([
    [UNPUBLISHED, undefined],
    [UNPUBLISHED, 600],
    [`over after 70 s, 701 times: ${UNPUBLISHED} (connect ECONNREFUSED 127.0.0.1:6379)`, undefined],
  ])
  expect(vi.getTimerCount()).toBe(0)
})

test('an outage has no stack, a fault of our own has', () => {
  const { log, lines } = begin()
  log.warn({ err: refused() }, 'a')
  log.warn({ err: new Error("Stream isn't writeable and enableOfflineQueue options is false") }, 'b')
  log.error({ err: new Error('no way', { cause: refused() }) }, 'c')
  log.error({ err: new TypeError('x is not a function') }, 'd')
  expect(lines.map(({ err }) => err?.stack !== undefined)).toEqual([false, false, false, true])
  expect(lines[0]?.err?.code).toBe('ECONNREFUSED')
})

test('ids and numbers make no kind of their own; texts, loops and causes do', () => {
  const { log, lines } = begin()
  const id = () => crypto.randomUUID()
  for (let i = 0; i < 50; i++) {
    const gone = Object.assign(new Error(`run ${id()} broke off after ${i} ms`), { code: 'ECONNRESET' })
    log.warn({ err: gone, runId: id() }, `run ${id()} failed`)
  }
  log.warn({ err: refused(), where: 'sweeper' }, 'a pass failed')
  log.warn({ err: refused(), where: 'timers' }, 'a pass failed')
  log.warn({ err: new Error('another'), where: 'timers' }, 'a pass failed')
  expect(lines).toHaveLength(4)
})

test('what comes once, or without an error, is never held against it', () => {
  const { log, lines } = begin()
  log.warn({ err: refused() }, 'once')
  for (let i = 0; i < 3; i++) log.warn({ runId: i }, 'plays alone')
  for (let i = 0; i < 3; i++) log.fatal({ err: refused() }, 'ends')
  for (let i = 0; i < 3; i++) log.child({ service: 'x' }).warn({ err: refused() }, 'in a child')
  vi.advanceTimersByTime(60_000)
  expect(lines.map(({ msg }) => msg)).toEqual([
    'once',
    ...Array.from({ length: 3 }, () => 'plays alone'),
    ...Array.from({ length: 3 }, () => 'ends'),
    'in a child',
    'over after 0 s, 3 times: in a child (connect ECONNREFUSED 127.0.0.1:6379)',
  ])
})

test('a loop that fails every half minute is not over between two passes', () => {
  const { log, lines } = begin()
  for (let i = 0; i < 4; i++) {
    log.warn({ err: refused() }, 'a pass failed')
    vi.advanceTimersByTime(i === 0 ? 9_000 : 25_000)
  }
  expect(lines.filter(({ msg }) => msg.startsWith('over'))).toEqual([])
})

test('as many kinds as anybody likes cost bounded memory, and are all told', () => {
  const { log, lines } = begin()
  const word = (i: number) => [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  for (let i = 0; i < 1_000; i++) log.warn({ err: refused() }, word(i))
  expect(lines).toHaveLength(1_000)
  vi.advanceTimersByTime(20_000)
  expect(vi.getTimerCount()).toBe(0)
})
