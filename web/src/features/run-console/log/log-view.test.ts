import { expect, test } from 'vitest'
import { RunDocument } from '../document/run-document.js'
import { graphOf, ORIGIN } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { LogView, stepTo } from './log-view.js'
import { countLinesUpTo, lineIndexOf, logText, RunLog } from './run-log.js'

// start ─▶ a, start ─▶ b
const run = new Play(graphOf(['start>a', 'start>b'], { a: { retry: { jitter: 'none' } } })).claim()
run.log('a', 'Fetching \u001b[31mpage\u001b[0m 1').log('b', 'page 1.5', 'debug').log('a', 'no page', 'error')
run.fail('a').fail('b')
const log = new RunLog()
new RunDocument(run.graph, ORIGIN, [log]).receive(run.events)
const view = (query: Partial<LogView['query']>) => {
  const made = new LogView(log.lines, { path: undefined, minLevel: 'debug', search: '', ...query })
  made.extend(log.lines.length)
  return made
}

test('failures are lines, with their place in the run', () => {
  expect(log.lines.map(({ level, path, message }) => `${level} ${path} ${message}`)).toEqual([
    'info a Fetching \u001b[31mpage\u001b[0m 1',
    'debug b page 1.5',
    'error a no page',
    'warn a will be tried again: NODE_FAILED it broke',
    'error b failed: NODE_FAILED it broke',
    'error undefined The run failed: NODE_FAILED it broke',
  ])
})

test('a search counts over the whole log, past colours, whatever the case, and nothing in it is special', () => {
  expect(view({ search: 'PAGE 1' }).matches).toEqual([0, 1])
  expect(view({ search: 'page 1.5' }).matches).toEqual([1])
  expect(view({ search: '.*' }).matches).toEqual([])
})

test('a step and a level narrow what is shown; positions are of what is shown', () => {
  const narrowed = view({ path: 'a', minLevel: 'info', search: 'page' })
  expect([narrowed.shown, narrowed.matches, narrowed.errors]).toEqual([[0, 2, 3], [0, 1], [1]])
})

test('lines that come later are looked at once', () => {
  const growing = new LogView(log.lines, { path: undefined, minLevel: 'debug', search: 'page' })
  growing.extend(2)
  expect([growing.seen, growing.matches]).toEqual([2, [0, 1]])
  growing.extend(6)
  expect([growing.seen, growing.matches]).toEqual([6, [0, 1, 2]])
})

test('next and previous go round', () => {
  expect([stepTo([2, 5], 2, 'next'), stepTo([2, 5], 5, 'next'), stepTo([], 5, 'next')]).toEqual([
    5,
    2,
    undefined,
  ])
  expect([stepTo([2, 5], 5, 'previous'), stepTo([2, 5], 1, 'previous')]).toEqual([2, 5])
})

test('a moment and a permalink find their lines', () => {
  const seqs = log.lines.map(({ seq }) => seq)
  expect(seqs.map((seq) => lineIndexOf(log.lines, seq))).toEqual([0, 1, 2, 3, 4, 5])
  expect([countLinesUpTo(log.lines, 0), countLinesUpTo(log.lines, seqs[2]!)]).toEqual([0, 3])
})

test('as text, one line each', () => {
  expect(logText(log.lines.slice(1, 2))).toBe('1970-01-01T00:00:01.020Z DEBUG b page 1.5')
})
