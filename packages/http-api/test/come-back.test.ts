import { MillraceError } from '@millrace/contracts'
import { expect, it } from 'vitest'
import { createApp } from '../src/index.js'

const away = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })

const askStream = async (thrown: Error, accept: string, eventStream = true) => {
  const app = createApp({ name: 'test', authenticate: () => Promise.reject(away()) })
  const config = { permission: 'public' as const, ...(eventStream ? { eventStream } : {}) }
  app.get('/stream', { config }, () => Promise.reject(thrown))
  // Its caller cannot be known while the database is away.
  app.get('/private', { config: { ...config, permission: 'authenticated' as const } }, () => 'never')
  const answer = await app.inject({ url: '/stream', headers: { accept } })
  const stopped = await app.inject({ url: '/private', headers: { accept } })
  await app.close()
  return { answer, stopped }
}

it('a viewer whose stream cannot be read while the database is away is told to come back', async () => {
  const { answer, stopped } = await askStream(away(), 'text/event-stream')
  for (const { statusCode, headers, body } of [answer, stopped]) {
    expect([statusCode, headers['content-type'], headers['cache-control'], body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store',
      'retry: 2000\n: UNAVAILABLE\n\n',
    ])
  }
})

it('whoever asks for something else, and whatever does not pass, gets the problem', async () => {
  const status = async (...args: Parameters<typeof askStream>) => (await askStream(...args)).answer.statusCode
  expect(await status(away(), 'application/json')).toBe(503)
  expect(await status(away(), 'text/event-stream', false)).toBe(503)
  expect(await status(new MillraceError('NOT_FOUND'), 'text/event-stream')).toBe(404)
  expect(await status(new Error('our fault'), 'text/event-stream')).toBe(500)
})
