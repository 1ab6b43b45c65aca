import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, childEnvironment, loadConfig } from '@millrace/config'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const JWT_SECRET = 'q8Jm2vXw7Zt4Rb9Ks1Lp6Yc3Nf5Hd0Ga'
const MASTER_KEY = '7nq2Qv0o3m3G3Jq5m0n7rXk0kzq3M0bqk2v7o8l9wXs='

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const embedded = (env: Record<string, string> = {}) => loadConfig({ MILLRACE_DIR: join(folder, 'm'), ...env })
const external = (env: Record<string, string> = {}) =>
  loadConfig({ DATABASE_URL: 'postgres://u:p@db/x', JWT_SECRET, MASTER_KEY, ...env })

const problemsOf = (load: () => unknown): readonly string[] => {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('with nothing set it is the embedded default, on loopback only', () => {
  const config = embedded()
  expect(config.database).toEqual({ kind: 'embedded', dataDir: join(folder, 'm', 'postgres') })
  expect(config.redisUrl).toBeUndefined()
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3000, publicUrl: 'http://localhost:3000' })
  expect(config.worker).toMatchObject({ processes: 0, concurrency: 200, leaseMs: 15_000 })
  expect(config.allowPrivate).toEqual(['127.0.0.0/8', '::1/128'])
})

test('an external database takes loopback off the list of allowed private ranges', () => {
  expect(external().allowPrivate).toEqual([])
  expect(external({ HTTP_ALLOW_PRIVATE: '10.0.0.0/8, fd00::/8' }).allowPrivate).toEqual([
    '10.0.0.0/8',
    'fd00::/8',
  ])
})

test('a variable set to nothing counts as not set', () => {
  expect(embedded({ PORT: '', REDIS_URL: '', DATABASE_URL: '' }).http.port).toBe(3000)
})

test('a child process loads the same configuration from the environment made for it', () => {
  const parent = embedded({ WORKER_CONCURRENCY: '7', LEASE_MS: '2000', PORT: '0' })
  const child = loadConfig(childEnvironment(parent, 'postgres://u:p@127.0.0.1:1/millrace'))
  expect(child.secrets).toEqual(parent.secrets)
  expect(child.worker).toEqual(parent.worker)
  expect(child.allowPrivate).toEqual(parent.allowPrivate)
  expect(child.http.publicUrl).toBe(parent.http.publicUrl)
})

describe('bad values', () => {
  test('every problem is named at once, and no value is repeated', () => {
    const problems = problemsOf(() =>
      embedded({
        DATABASE_URL: 'mysql://root:hunter2@db',
        PORT: '70000',
        LEASE_MS: 'soon',
        LOG_LEVEL: 'loud',
        TRUST_PROXY: 'proxy.local',
      }),
    )
    expect(problems).toEqual([
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
      'PORT must be a whole number from 0 to 65535',
      'TRUST_PROXY must be CIDR ranges with commas between, such as 10.0.0.0/8,fd00::/8',
      'LEASE_MS must be a whole number from 1000 to 600000',
      'LOG_LEVEL must be one of fatal error warn info debug trace silent',
    ])
  })
})

describe('secrets', () => {
  test('the embedded default makes its own, keeps them at mode 0600 and finds them again', () => {
    const first = embedded().secrets
    expect(first.masterKey).toHaveLength(32)
    expect(first.jwtSecret.length).toBeGreaterThanOrEqual(32)
    expect(statSync(join(folder, 'm', 'secrets.json')).mode & 0o777).toBe(0o600)
    expect(embedded().secrets).toEqual(first)
  })

  test('a file that others may read is refused', () => {
    embedded()
    chmodSync(join(folder, 'm', 'secrets.json'), 0o644)
    expect(problemsOf(embedded)[0]).toContain('can be read by others')
  })

  test('a damaged file is refused and left as it is', () => {
    embedded()
    const file = join(folder, 'm', 'secrets.json')
    writeFileSync(file, '{"jwtSecret":')
    expect(problemsOf(embedded)[0]).toContain('is damaged')
    expect(readFileSync(file, 'utf8')).toBe('{"jwtSecret":')
  })

  test.each([
    ['an external database', { DATABASE_URL: 'postgres://u:p@db/x' }],
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ])('%s without secrets does not boot', (_name, env) => {
    expect(problemsOf(() => loadConfig({ MILLRACE_DIR: folder, ...env }))).toEqual([
      'JWT_SECRET is not set. Make one with: openssl rand -base64 48',
      'MASTER_KEY is not set. Make one with: openssl rand -base64 32',
    ])
  })

  test.each([
    ['short', { JWT_SECRET: 'short' }, 'shorter than 32'],
    ['sample', { JWT_SECRET: 'change-me-change-me-change-me-change-me' }, 'sample'],
    ['one letter', { JWT_SECRET: 'a'.repeat(40) }, 'sample'],
    ['a key of 16 bytes', { MASTER_KEY: Buffer.alloc(16, 'x').toString('base64') }, 'not 32 bytes'],
    ['a key of zeros', { MASTER_KEY: Buffer.alloc(32).toString('base64') }, 'sample'],
    [
      'a key that is a phrase',
      { MASTER_KEY: Buffer.from('change-me-change-me-change-me-32').toString('base64') },
      'sample',
    ],
  ])('%s is refused', (_name, env: Record<string, string>, expected) => {
    expect(problemsOf(() => external(env))[0]).toContain(expected)
  })
})
