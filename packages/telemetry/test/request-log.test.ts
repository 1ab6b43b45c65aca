import { createRequestLog } from '@millrace/telemetry'
import { expect, test } from 'vitest'

const line = { requestId: 'r-1', method: 'POST', route: '/api/v1/runs/:id', status: 201, ms: 2.7149 }

const printedAt = (level: string, at: 'info' | 'debug'): string => {
  let printed = ''
  const log = createRequestLog('runner', level, (text) => {
    printed += text
  })
  log.write(line, at)
  log.flush()
  return printed
}

test('prints one JSON object a request, in the form of the other lines', () => {
  const printed = printedAt('info', 'info')
  expect(printed.endsWith('\n')).toBe(true)
  expect(JSON.parse(printed)).toEqual({
    level: 30,
    time: expect.any(Number),
    name: 'runner',
    ...line,
    ms: 2.71,
    msg: 'request',
  })
})

test('leaves out what is less severe than asked for', () => {
  expect(printedAt('info', 'debug')).toBe('')
  expect(printedAt('warn', 'info')).toBe('')
  expect(printedAt('silent', 'info')).toBe('')
  expect(JSON.parse(printedAt('debug', 'debug'))).toMatchObject({ level: 20 })
})

test('prints in company, and never more at a time than a pipe keeps together', () => {
  const writes: string[] = []
  const log = createRequestLog('runner', 'info', (text) => writes.push(text))
  for (let i = 0; i < 1_000; i++) log.write({ ...line, route: `/${'x'.repeat(i % 200)}` }, 'info')
  log.flush()
  expect(writes.length).toBeLessThan(200)
  for (const text of writes) expect(text.length).toBeLessThanOrEqual(4_096)
  expect(writes.join('').trimEnd().split('\n')).toHaveLength(1_000)
})
