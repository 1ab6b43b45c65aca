import { readdirSync } from 'node:fs'
import { migrate, migrateDown, openDatabase, type Sql, uuidv7 } from '@millrace/db'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const SINCE = readdirSync(new URL('../migrations', import.meta.url)).filter(
  (file) => file.endsWith('.up.sql') && file >= '0090_key_order',
).length
const VALUE = '{"zulu": 9007199254740993, "a": {"y": 1, "b": null}}'

let test: TestDatabase
let sql: Sql
let close: () => Promise<void>
beforeEach(async () => {
  test = await createTestDatabase()
  ;({ sql, close } = openDatabase(test.url))
  await migrateDown(sql, SINCE)
})
afterEach(async () => {
  await close()
  await test.drop()
})

const [workspace, workflow, version, run, worker] = Array.from({ length: 5 }, () => uuidv7()) as [
  string,
  string,
  string,
  string,
  string,
]

/** A row of each table that holds values of users, as the version before writes them. */
const fill = async (): Promise<void> => {
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspace}, 'home', 'Home')`
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash)
    VALUES (${workflow}, ${workspace}, 'w', ${VALUE}::text::jsonb, '')`
  await sql`INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${version}, ${workspace}, ${workflow}, 1, ${VALUE}::text::jsonb, '')`
  await sql`
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, last_seq, input, error, output, snapshot, seed)
    SELECT ${run}, ${workspace}, ${workflow}, ${version}, 'start', 1, v, v, v, v, v FROM (SELECT ${VALUE}::text::jsonb AS v) t`
  await sql`INSERT INTO run_events VALUES (${run}, 1, ${workspace}, ${VALUE}::text::jsonb)`
  await sql`INSERT INTO step_runs (run_id, path, workspace_id, node_id, type, status, attempt, error)
    VALUES (${run}, 'a', ${workspace}, 'a', 't', 'failed', 1, ${VALUE}::text::jsonb)`
  await sql`INSERT INTO waits (run_id, path, attempt, workspace_id, kind, name, key, details, on_timeout)
    VALUES (${run}, 'a', 1, ${workspace}, 'event', 'paid', '', ${VALUE}::text::jsonb, ${VALUE}::text::jsonb)`
  await sql`INSERT INTO events (workspace_id, id, name, key, payload)
    VALUES (${workspace}, 'e', 'sent', '', ${VALUE}::text::jsonb)`
  await sql`INSERT INTO run_responses VALUES (${run}, ${workspace}, 200, ${VALUE}::text::jsonb, ${VALUE}::text::jsonb)`
}

const valuesOf = async (): Promise<unknown[]> => {
  const rows = await sql`
    SELECT input AS v FROM runs UNION ALL SELECT output FROM runs UNION ALL SELECT error FROM runs
    UNION ALL SELECT snapshot FROM runs UNION ALL SELECT seed FROM runs UNION ALL SELECT event FROM run_events
    UNION ALL SELECT error FROM step_runs UNION ALL SELECT on_timeout FROM waits UNION ALL SELECT payload FROM events
    UNION ALL SELECT headers FROM run_responses UNION ALL SELECT body FROM run_responses`
  return rows.map(({ v }) => v)
}

const SAME = { zulu: 9007199254740993n, a: { y: 1, b: null } }

describe('a database of the version before', () => {
  it('keeps its values, up and down again', async () => {
    await fill()
    await migrate(sql)
    expect(await valuesOf()).toEqual(Array(11).fill(SAME))
    const [texts] = await sql`
      SELECT w.draft_text AS draft, v.definition_text AS definition
      FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id`
    expect(texts).toEqual({ draft: SAME, definition: SAME })
    await migrateDown(sql, SINCE)
    expect(await valuesOf()).toEqual(Array(11).fill(SAME))
  })

  it('serves processes of the version before: they write and read as they did', async () => {
    await fill()
    await migrate(sql)
    await sql`INSERT INTO workers (id, name, lease_ms, lease_until)
      VALUES (${worker}, 'w', 15000, clock_timestamp() + interval '1 min')`
    const [claimed] = await sql`SELECT * FROM claim_runs(ARRAY[${run}::uuid], ${worker}, ${uuidv7()})`
    expect(claimed).toMatchObject({ id: run, input: SAME, seed: SAME, epoch: 1 })
    const published = await sql`
      SELECT * FROM publish_event(${workspace}, 'p', 'paid', '', ${VALUE}::text::jsonb, NULL, false)`
    expect([...published]).toEqual([{ kind: 'published', woken: [run], started: [] }])
    const [message] = await sql`SELECT message FROM run_inbox`
    expect(message).toMatchObject({
      message: { kind: 'wait_resolved', result: { output: { payload: SAME } } },
    })
    await sql`INSERT INTO run_inbox (workspace_id, run_id, message)
      SELECT workspace_id, run_id, wait_message(path, attempt, resolution) FROM waits
      UNION ALL SELECT ${workspace}, ${run}, jsonb_build_object('kind', 'cancel')`
    const unit = {
      id: run,
      workspace,
      epoch: 1,
      expected: 1,
      seq: 2,
      status: 'completed',
      output: 1,
      release: true,
    }
    const more = {
      events: [{ seq: 2, type: 'x' }],
      steps: [],
      response: { status: 200, headers: {}, body: [1] },
    }
    const units = JSON.stringify([{ ...unit, ...more, timers: [], payloads: [{ key: 'k', body: '1' }] }])
    await sql`DELETE FROM run_responses`
    const flushed = await sql`SELECT flush_runs_with_snapshots(${units}::text::jsonb, '{}') AS id`
    expect([...flushed]).toEqual([{ id: run }])
    const [stored] = await sql`SELECT event FROM run_events WHERE seq = 2`
    expect(stored).toEqual({ event: { seq: 2, type: 'x' } })
  })

  it('keeps one definition, whichever column is written', async () => {
    await fill()
    await migrate(sql)
    const draft = async () =>
      (await sql`SELECT draft_text::text AS text, draft::text AS draft FROM workflows`)[0]
    await sql`UPDATE workflows SET draft = '{"b":1,"a":2}'::jsonb`
    expect(await draft()).toEqual({ text: '{"a": 2, "b": 1}', draft: '{"a": 2, "b": 1}' })
    await sql`UPDATE workflows SET draft = '{"b":1,"a":2}'::jsonb, draft_text = '{"b":1,"a":2}'::json`
    expect(await draft()).toEqual({ text: '{"b":1,"a":2}', draft: '{"a": 2, "b": 1}' })
    await sql`UPDATE workflow_versions SET definition = '{"c":3}'::jsonb`
    expect([...(await sql`SELECT definition_text::text AS text FROM workflow_versions`)]).toEqual([
      { text: '{"c": 3}' },
    ])
  })
})
