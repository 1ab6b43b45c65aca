import { createHttpClient, type HttpClientOptions } from '@millrace/http-client'
import { createSqlRunner } from '@millrace/sql-client'
import { CLOSED_ADDRESSES, CLOSED_HOSTS } from '@millrace/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { createCredentialTester } from '../src/credentials/try-credential.js'

/** Everything goes out through one guard: each door is given the same list, and none connects anywhere. */

const closers: (() => Promise<void>)[] = []
const closeLater = <T extends { close(): Promise<void> }>(door: T): T => {
  closers.push(() => door.close())
  return door
}
afterAll(() => Promise.all(closers.map((close) => close())))

const http = closeLater(createHttpClient({ allowPrivate: [] }))
const sql = closeLater(createSqlRunner({ allowPrivate: [] }))
const tester = closeLater(createCredentialTester([]))

const user = { workspaceId: 'w', workflowId: 'f', credential: 'c' }
const query = (url: string, runner = sql) =>
  runner.query({ url, user, statement: 'select 1', params: [], signal: AbortSignal.timeout(5_000) })
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'answered',
    (error) => error.code,
  )
const tested = async (answer: ReturnType<typeof tester.test>) => {
  const result = await answer
  return result.ok ? 'answered' : result.error.code
}

/** In a URL an IPv6 address stands in brackets, and the `%` of its zone is encoded. */
const inUrl = (host: string): string => {
  if (host.startsWith('[') || !host.includes(':')) return host
  return `[${host.replace('%', '%25')}]`
}

describe.each([...new Set([...CLOSED_ADDRESSES, ...CLOSED_HOSTS])].map(inUrl))('%s', (host) => {
  /** What is no URL never gets as far as the guard. */
  const REFUSED = ['HTTP_BLOCKED', 'HTTP_INVALID_URL', 'DATABASE_UNREACHABLE']
  const codes = URL.canParse(`http://${host}:9/`) ? ['HTTP_BLOCKED'] : REFUSED

  it('is closed to a call over HTTP', async () => {
    expect(codes).toContain(await codeOf(http.request({ method: 'GET', url: `http://${host}:9/` })))
  })

  it('is closed to a query', async () => {
    expect(codes).toContain(await codeOf(query(`postgres://u:p@${host}:9/d`)))
  })

  it('is closed to the test of a credential', async () => {
    const ofHttp = tester.test({ type: 'bearer', data: { token: 't' } }, { url: `http://${host}:9/` })
    expect(codes).toContain(await tested(ofHttp))
    const ofSql = tester.test({ type: 'postgres', data: { url: `postgres://u:p@${host}:9/d` } }, {})
    expect(codes).toContain(await tested(ofSql))
  })
})

describe.each(CLOSED_ADDRESSES.filter((address) => !address.includes('%')))('a name of %s', (address) => {
  const resolve: HttpClientOptions['resolve'] = async () => [
    { address: '8.8.8.8', family: 4 },
    { address, family: address.includes(':') ? 6 : 4 },
  ]

  it('is closed to calls and queries, although its first address is open', async () => {
    const client = closeLater(createHttpClient({ allowPrivate: [], resolve }))
    expect(await codeOf(client.request({ method: 'GET', url: 'http://two-faced.test:9/' }))).toBe(
      'HTTP_BLOCKED',
    )
    const runner = closeLater(createSqlRunner({ allowPrivate: [], resolve }))
    expect(await codeOf(query('postgres://u:p@two-faced.test:9/d', runner))).toBe('HTTP_BLOCKED')
  })
})
