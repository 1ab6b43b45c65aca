import { openDatabase } from '@millrace/db'
import { createPostgresFeed } from '@millrace/feed'
import { createPostgresQueue } from '@millrace/queue'
import { createSqlRunner } from '@millrace/sql-client'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CA_FILE, CA_TEXT, type Front, openFront } from './tls-server.js'

/** What `sslmode` means is the same in every part that talks to a Postgres. */

let database: TestDatabase
let fronts: { readonly tls: Front; readonly plain: Front; readonly six: Front }

beforeAll(async () => {
  database = await createTestDatabase()
  const target = new URL(database.url)
  fronts = {
    tls: await openFront(target, '127.0.0.1', true),
    plain: await openFront(target, '127.0.0.1', false),
    six: await openFront(target, '::1', true),
  }
})
afterAll(async () => {
  await Promise.all(Object.values(fronts).map((front) => front.close()))
  await database.drop()
})

const onError = () => {}
const PARTS: Record<string, (url: string) => Promise<unknown>> = {
  'the database': async (url) => {
    const { sql, close } = openDatabase(url, { max: 1 })
    try {
      return await sql`SELECT 1`
    } finally {
      await close()
    }
  },
  'the queue': async (url) => {
    const queue = await createPostgresQueue({ url, onError })
    try {
      await queue.ping()
    } finally {
      await queue.close()
    }
  },
  'the feed': async (url) => {
    const feed = await createPostgresFeed({ url, onError })
    try {
      await feed.ping()
    } finally {
      await feed.close()
    }
  },
  'a step': async (url) => {
    const runner = createSqlRunner({ allowPrivate: ['127.0.0.0/8', '::1/128'] })
    const user = { workspaceId: 'w', workflowId: 'f', credential: 'c' }
    const signal = new AbortController().signal
    // A credential holds the certificate itself.
    const own = url.replace(encodeURIComponent(CA_FILE), encodeURIComponent(CA_TEXT))
    try {
      return await runner.query({ url: own, user, statement: 'select 1', params: [], signal })
    } finally {
      await runner.close()
    }
  },
}

type Outcome = 'encrypted' | 'plain' | 'refused'
const CA = `&sslrootcert=${encodeURIComponent(CA_FILE)}`

describe.each(Object.keys(PARTS))('for %s', (part) => {
  const meet = async (front: Front, host: string, params: string): Promise<Outcome> => {
    const { username, password, pathname } = new URL(database.url)
    const before = front.counts()
    try {
      await PARTS[part]?.(`postgres://${username}:${password}@${host}:${front.port}${pathname}${params}`)
    } catch {
      return 'refused'
    }
    return front.counts().encrypted > before.encrypted ? 'encrypted' : 'plain'
  }

  it.each<[params: string, host: string, outcome: Outcome]>([
    ['', '127.0.0.1', 'plain'],
    ['?sslmode=disable', '127.0.0.1', 'plain'],
    ['?sslmode=allow', '127.0.0.1', 'encrypted'],
    ['?sslmode=prefer', '127.0.0.1', 'encrypted'],
    ['?sslmode=require', '127.0.0.1', 'encrypted'],
    [`?sslmode=require${CA}`, '127.0.0.1', 'encrypted'],
    ['?ssl=true', '127.0.0.1', 'encrypted'],
    ['?sslmode=verify-ca', 'localhost', 'refused'],
    ['?sslmode=verify-full', 'localhost', 'refused'],
    [`?sslmode=verify-ca${CA}`, '127.0.0.1', 'encrypted'],
    [`?sslmode=verify-full${CA}`, 'localhost', 'encrypted'],
    [`?sslmode=verify-full${CA}`, '127.0.0.1', 'refused'],
    ['?sslmode=perhaps', '127.0.0.1', 'refused'],
  ])('%s at %s, where TLS is offered: %s', async (params, host, outcome) => {
    expect(await meet(fronts.tls, host, params)).toBe(outcome)
  })

  it.each<[params: string, outcome: Outcome]>([
    ['', 'plain'],
    ['?sslmode=prefer', 'plain'],
    ['?sslmode=require', 'refused'],
    [`?sslmode=verify-full${CA}`, 'refused'],
  ])('%s, where it is not: %s', async (params, outcome) => {
    expect(await meet(fronts.plain, 'localhost', params)).toBe(outcome)
  })

  it('a host of IPv6 is met', async () => {
    expect(await meet(fronts.six, '[::1]', '')).toBe('plain')
    expect(await meet(fronts.six, '[::1]', '?sslmode=require')).toBe('encrypted')
  })
})
