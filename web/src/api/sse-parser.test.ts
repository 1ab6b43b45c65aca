import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseParser } from './sse-parser.js'

const STREAM = [
  ': hello\nretry: 1500\n\n',
  'id: 1\nevent: run_started\ndata: {"a":1}\n\n',
  'id: 2\r\ndata:no space\r\ndata\r\ndata:  two spaces\r\n\r\n',
  'event: forgotten\n\n',
  'data: ünïcode €\r\r',
  'id: 3\ndata: never ended\n',
].join('')

const MESSAGES = [
  { id: '1', event: 'run_started', data: '{"a":1}' },
  { id: '2', event: 'message', data: 'no space\n\n two spaces' },
  { id: '2', event: 'message', data: 'ünïcode €' },
]

test('fields, comments, line breaks of every kind', () => {
  const parser = new SseParser()
  expect(parser.push(STREAM)).toEqual(MESSAGES)
  expect(parser.retryMs).toBe(1_500)
})

test('however the stream is cut, the messages are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
      const parser = new SseParser()
      const messages = []
      for (let from = 0, turn = 0; from < STREAM.length; turn++) {
        const size = sizes[turn % sizes.length]!
        messages.push(...parser.push(STREAM.slice(from, from + size)))
        from += size
      }
      expect(messages).toEqual(MESSAGES)
    }),
  )
})
