import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useWorld } from './world.js'

const world = useWorld()
const read = (statement: string, params: readonly (string | number)[] = []) =>
  world().ask(statement, params, { readOnly: true })

beforeAll(async () => {
  for (const statement of [
    'create table kept (n int)',
    'insert into kept values (1)',
    'create sequence counter',
    'create view seen as select n from kept',
    `create function writes() returns int language plpgsql as $$ begin insert into kept values (2); return 1; end $$`,
    `create function breaks_out() returns int language plpgsql as $$
      begin set transaction read write; insert into kept values (2); return 1; end $$`,
    `create procedure commits() language plpgsql as $$ begin commit; insert into kept values (2); end $$`,
  ])
    await world().ask(statement)
})

/** What stands there, whatever was tried. */
const kept = () => world().value(`(select json_agg(n) from kept)`)
afterAll(async () => {
  expect(await kept()).toEqual([1])
})

describe('a statement that may only read', () => {
  it.each([
    'insert into kept values (2)',
    'update kept set n = 2',
    'delete from kept',
    'merge into kept using (select 2 as m) s on n = m when not matched then insert values (m)',
    'truncate kept',
    'with added as (insert into kept values (2) returning n) select n from added',
    'select * from seen for update',
    'explain analyze insert into kept values (2)',
    'create table other (n int)',
    'create temp table other (n int)',
    'select n into other from kept',
    'drop table kept',
    'alter table kept add m int',
    'grant select on kept to public',
    `comment on table kept is 'x'`,
    'refresh materialized view seen',
    `select nextval('counter')`,
    `select setval('counter', 7)`,
    'select writes()',
    'select breaks_out()',
    'call commits()',
    'do $$ begin insert into kept values (2); end $$',
    'do $$ begin set transaction read write; insert into kept values (2); end $$',
    'do $$ begin commit; insert into kept values (2); end $$',
    `do $$ begin perform set_config('transaction_read_only', 'off', true); insert into kept values (2); end $$`,
    'set transaction read write',
    'set transaction_read_only = off',
    'set local transaction_read_only = off',
    `select set_config('transaction_read_only', 'off', false)`,
    `with o as materialized (select set_config('transaction_read_only', 'off', true)), a as (insert into kept values (2)) select * from o`,
    'vacuum kept',
  ])('%s is refused', async (statement) => {
    await expect(read(statement)).rejects.toMatchObject({
      code: 'QUERY_WRITES',
      hint: expect.stringContaining('`readOnly`'),
      extras: { details: { sqlstate: expect.any(String) } },
    })
    expect(await kept()).toEqual([1])
  })

  it('reads, with values, and of types that are to be looked up', async () => {
    await world().ask(`create type mood as enum ('fine')`)
    expect((await read('select n, $1::mood as m from seen where n = any ($2)', ['fine', 1])).rows).toEqual([
      { n: 1, m: 'fine' },
    ])
    expect((await read('explain select n from kept')).rows).not.toHaveLength(0)
    expect((await read('show transaction_read_only')).rows).toEqual([{ transaction_read_only: 'on' }])
  })

  it('opens the next transaction for nobody: settings of the session hold for none', async () => {
    await read('set session characteristics as transaction read write')
    await read('set default_transaction_read_only = off')
    await expect(read('delete from kept')).rejects.toMatchObject({ code: 'QUERY_WRITES' })
  })

  it('leaves nothing: what a transaction that only reads may still do is taken back', async () => {
    await read(`select pg_notify('things', 'x')`)
    await read('select lo_create(4711)').catch(() => undefined)
    expect(await world().value('(select count(*) from pg_largeobject_metadata where oid = 4711)')).toBe('0')
  })

  it('that is wrong says so, as any other, and its session goes on', async () => {
    const pid = await world().value('pg_backend_pid()')
    await expect(read('select wrong from kept')).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    await expect(read('select 1 / $1::int', [0])).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    await expect(read('select 1', [1, 2])).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    // The next one writes, in the same session.
    expect((await world().ask('update kept set n = n')).rowCount).toBe(1)
    expect(await world().value('pg_backend_pid()')).toBe(pid)
  })

  it('goes on in another session where the server has closed this one', async () => {
    const pid = await world().value('pg_backend_pid()')
    const other = { user: { workspaceId: 'admin', credential: 'database', workflowId: 'w' } }
    await world().ask('select pg_terminate_backend($1)', [pid], other)
    expect((await read('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})
