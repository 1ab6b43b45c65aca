import { createLogger } from '@millrace/telemetry'
import { expect, test } from 'vitest'

const SECRET = 'canary-5f3a'

const lines = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  let printed = ''
  write(
    createLogger('test', 'info', {
      destination: {
        write: (line) => {
          printed += line
        },
      },
    }),
  )
  return printed
}

test.each([
  ['authorization', { headers: { Authorization: SECRET } }],
  ['cookie', { res: { headers: { 'set-cookie': [SECRET] } } }],
  ['password', { a: { b: { c: { password: SECRET } } } }],
  ['refresh token', { refreshToken: SECRET }],
  ['API key', [{ 'x-api-key': SECRET }]],
  ['credential', { credential: { user: 'u', value: SECRET } }],
  ['client secret', { client_secret: SECRET }],
])('%s is redacted at any depth', (_name, details) => {
  const printed = lines((log) => log.info({ details }, 'hello'))
  expect(printed).not.toContain(SECRET)
  expect(printed).toContain('[redacted]')
})

test('members of an error, and of the errors it holds, are redacted too', () => {
  const error = Object.assign(new Error('no'), { request: { token: SECRET } })
  expect(lines((log) => log.warn({ err: error }, 'failed'))).not.toContain(SECRET)
  const several = new AggregateError([error], 'all failed')
  expect(lines((log) => log.error(several))).not.toContain(SECRET)
})

test('a password inside a URL is redacted wherever it stands, the rest is kept', () => {
  const printed = lines((log) => log.error(new Error(`cannot reach postgres://app:${SECRET}@db:5432/x`)))
  expect(printed).not.toContain(SECRET)
  expect(printed).toContain('postgres://app:[redacted]@db:5432/x')
})

test('what is no secret is printed, with name, level and stack', () => {
  const printed = JSON.parse(lines((log) => log.warn({ err: new Error('broken'), runId: 'r1' }, 'failed')))
  expect(printed).toMatchObject({
    name: 'test',
    level: 40,
    msg: 'failed',
    runId: 'r1',
    err: { message: 'broken' },
  })
  expect(printed.err.stack).toContain('logger.test')
})
