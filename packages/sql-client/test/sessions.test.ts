import { waitFor } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { useWorld } from './world.js'

const world = useWorld()

describe('a statement', () => {
  it.each([
    ['select set_config($1, $2, false)', ['search_path', 'pg_temp'], `current_setting('search_path')`],
    [`set statement_timeout = 1`, [], `current_setting('statement_timeout')`],
    [`set datestyle = 'German'`, [], `date '2026-07-04'`],
    ['set timezone = "Asia/Kolkata"', [], `current_setting('timezone')`],
    ['set session authorization pg_monitor', [], 'session_user::text'],
    ['set role pg_monitor', [], 'current_user::text'],
    ['listen things', [], '(select count(*) from pg_listening_channels())'],
    ['prepare p as select 1', [], '(select count(*) from pg_prepared_statements)'],
    ['create temp table mine ()', [], `to_regclass('mine')::text`],
    ['select pg_advisory_lock(7)', [], `(select count(*) from pg_locks where locktype = 'advisory')`],
  ])('%s leaves nothing to the next', async (statement, params, expression) => {
    const pid = await world().value('pg_backend_pid()')
    const before = await world().value(expression)
    await world().ask(statement, params)
    expect(await world().value(expression)).toEqual(before)
    // It is the same session, which was reset, and not another one that hides the change.
    expect(await world().value('pg_backend_pid()')).toBe(pid)
  })

  it.each(['begin', 'start transaction', '/* a */ begin isolation level serializable'])(
    '%s fails, and leaves no transaction open',
    async (statement) => {
      await expect(world().ask(statement)).rejects.toMatchObject({
        code: 'QUERY_FAILED',
        message: expect.stringContaining('left a transaction open'),
        extras: { details: { retryable: false } },
      })
      await world().ask('create table if not exists stored (id int)')
      await world().ask('insert into stored values (1)')
      const other = await world().ask('select 1 as one from stored', [], {
        user: { workspaceId: 'other', credential: 'database', workflowId: 'workflow' },
      })
      expect(other.rowCount).toBeGreaterThan(0)
    },
  )

  it('is one: several are refused, and none of them runs', async () => {
    await world().ask('create table several (id int)')
    await expect(world().ask('begin; insert into several values (1); commit')).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      extras: { details: { retryable: false } },
    })
    expect(await world().value('(select count(*) from several)')).toBe('0')
  })

  it('that copies is refused, and the session goes on', async () => {
    for (const statement of ['copy (select 1) to stdout', 'copy several from stdin'])
      await expect(world().ask(statement)).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(await world().value('1')).toBe(1)
  })

  it('with the character U+0000 is refused', async () => {
    await expect(world().ask(`select 'a\u0000'`)).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })
})

describe('a statement that is given up', () => {
  const running = (mark: string) =>
    world().value(
      `(select count(*) from pg_stat_activity where query like '%${mark}%' and state = 'active' and pid <> pg_backend_pid())`,
    )

  it('is stopped on the server', async () => {
    const abort = new AbortController()
    const asked = world().ask('select pg_sleep(600) /* abandoned */', [], { signal: abort.signal })
    await waitFor(async () => (await running('abandoned')) === '1', { what: 'the statement to run' })
    abort.abort(new Error('cancelled'))
    await expect(asked).rejects.toThrow('cancelled')
    await waitFor(async () => (await running('abandoned')) === '0', { what: 'the statement to stop' })
  })

  it('before it began is never sent (D9)', async () => {
    await world().ask('create table unsent (id int)')
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(world().ask('insert into unsent values (1)', [], { signal: gone })).rejects.toThrow('gone')
    // The right to write is lost while the statement is being described.
    const fenced = async () => {
      throw new Error('fenced')
    }
    const attempt = world().ask('insert into unsent values (2)', [], { permit: fenced })
    await expect(attempt).rejects.toThrow('fenced')
    const abort = new AbortController()
    const late = world().ask('insert into unsent values (3)', [], {
      signal: abort.signal,
      permit: async () => abort.abort(new Error('late')),
    })
    await expect(late).rejects.toThrow('late')
    expect(await world().value('(select count(*) from unsent)')).toBe('0')
  })
})

it('a session that the server has closed meanwhile is replaced without a word', async () => {
  const pid = await world().value('pg_backend_pid()')
  const other = { user: { workspaceId: 'admin', credential: 'database', workflowId: 'w' } }
  await world().ask('select pg_terminate_backend($1)', [pid], other)
  const next = await world().value('pg_backend_pid()')
  expect(next).not.toBe(pid)
})

it('an answer that is too large is cut off', async () => {
  await expect(
    world().ask(`select repeat('x', 1000000) from generate_series(1, 1000)`),
  ).rejects.toMatchObject({
    code: 'OUTPUT_TOO_LARGE',
  })
  expect(await world().value('1')).toBe(1)
})
