import { describe, expect, it } from 'vitest'
import { postgresQuery } from '../src/postgres/query/index.js'

const accepts = (query: string) => postgresQuery.params.safeParse({ credential: 'db', query }).success

describe('a query', () => {
  it.each([
    'begin',
    'START TRANSACTION READ ONLY',
    'commit',
    'end',
    'rollback to savepoint a',
    'Abort',
    'savepoint a',
    'release a',
    'prepare  transaction $$a$$',
    '  -- a comment\n begin',
    '/* one /* in another */ */commit;',
    '; begin; insert into t values (1); commit',
  ])('%j is refused: each step is a transaction of its own', (query) => {
    expect(accepts(query)).toBe(false)
  })

  it.each(['copy t to stdout', `/* to a file */ COPY t TO '/tmp/t'`, 'copy (select 1) to program $$true$$'])(
    '%j is refused: its rows are no answer',
    (query) => {
      expect(accepts(query)).toBe(false)
    },
  )

  it.each([
    'copying',
    'select 1',
    'with a as (select 1) select * from a',
    'select 1 -- begin',
    '-- begin\nselect 1',
    '/* commit */ select 1',
    'prepare p as select 1',
    'do $$ begin perform 1; end $$',
    'starting',
    '-- nothing',
    '/* open',
  ])('%j is not', (query) => {
    expect(accepts(query)).toBe(true)
  })
})
