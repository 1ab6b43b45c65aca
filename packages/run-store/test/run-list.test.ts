import { uuidv7 } from '@millrace/db'
import type { RunFilter } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type Worker, type World } from './world.js'

/** Every filter against the plainest query there is, on a history in which each value is frequent, rare or absent. */

let world: World
let worker: Worker
const RUNS = 3_000
const workflows = [uuidv7(), uuidv7(), uuidv7()]

interface Known {
  readonly id: string
  readonly status: string
  readonly workflow: string
  readonly version: number | null
  readonly trigger: string
  readonly code: string | null
  readonly message: string | null
  /** Milliseconds. */
  readonly created: number
  readonly took: number | null
}
let known: Known[]

beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
  const { sql, workspaceId } = world
  for (const [i, id] of workflows.entries()) {
    await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash) VALUES (${id}, ${workspaceId}, ${`w${i}`}, '{}', '')`
    await sql`
      INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
      SELECT gen_random_uuid(), ${workspaceId}, ${id}, NULLIF(n, 0), '{}', 'h' || n FROM generate_series(0, 3) n`
  }
  await sql`
    WITH facts AS (
      SELECT n, (${workflows}::uuid[])[CASE WHEN n % 100 = 7 THEN 3 WHEN n % 3 = 0 THEN 2 ELSE 1 END] AS workflow_id,
        CASE WHEN n % 50 = 1 THEN NULL ELSE 1 + n * 3 / (${RUNS} + 1) END AS number,
        CASE WHEN n % 20 = 3 THEN 'failed' WHEN n % 90 = 5 THEN 'cancelled' WHEN n % 70 = 9 THEN 'waiting'
          WHEN n % 500 = 11 THEN 'pending' ELSE 'completed' END AS status,
        -- Two of each have one moment: their ids decide.
        timestamptz '2026-01-01' + (n / 2) * interval '1 min' AS created
      FROM generate_series(1, ${RUNS}) n
    )
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input, created_at, started_at,
      finished_at, error, seed, sweep_at)
    SELECT gen_random_uuid(), ${workspaceId}, f.workflow_id, v.id, f.status, CASE WHEN n % 300 = 4 THEN 'hand' ELSE 'hook' END,
      'null', created, CASE WHEN f.status <> 'pending' THEN created END,
      CASE WHEN f.status IN ('completed', 'failed', 'cancelled')
        THEN created + (CASE WHEN n % 400 = 8 THEN 4000000 ELSE n % 64 END) * interval '1 ms' END,
      CASE WHEN f.status = 'failed' THEN jsonb_build_object('code', CASE WHEN n % 7 = 0 THEN 'ODD' ELSE 'HTTP_STATUS' END,
        'message', 'Order ' || n || ' is 50%_off') WHEN f.status = 'cancelled' THEN '{"code":"CANCELLED","message":"x"}' END,
      CASE WHEN f.number IS NULL THEN '{"steps":{}}'::jsonb END, 'infinity'
    FROM facts f JOIN workflow_versions v ON v.workflow_id = f.workflow_id AND v.number IS NOT DISTINCT FROM f.number`
  await sql`ANALYZE runs`
  known = await sql<Known[]>`
    SELECT r.id, r.status, r.workflow_id AS workflow, v.number AS version, r.trigger, r.error ->> 'code' AS code,
      r.error ->> 'message' AS message, (extract(epoch FROM r.created_at) * 1000)::float8 AS created,
      (extract(epoch FROM coalesce(r.finished_at, clock_timestamp()) - r.started_at) * 1000)::float8 AS took
    FROM runs r JOIN workflow_versions v ON v.id = r.version_id
    WHERE r.workspace_id = ${workspaceId} ORDER BY r.created_at DESC, r.id DESC`
})
afterAll(() => world.close())

const matches =
  (filter: RunFilter) =>
  (run: Known): boolean =>
    (filter.status === undefined || run.status === filter.status) &&
    (filter.workflowId === undefined || run.workflow === filter.workflowId) &&
    (filter.version === undefined || run.version === filter.version) &&
    (filter.trigger === undefined || run.trigger === filter.trigger) &&
    (filter.errorCode === undefined || run.code === filter.errorCode) &&
    (filter.error === undefined ||
      (run.code !== null &&
        `${run.code} ${run.message}`.toLowerCase().includes(filter.error.toLowerCase()))) &&
    (filter.createdFrom === undefined || run.created >= Date.parse(filter.createdFrom)) &&
    (filter.createdTo === undefined || run.created < Date.parse(filter.createdTo)) &&
    (filter.minDurationMs === undefined || (run.took !== null && run.took >= filter.minDurationMs)) &&
    (filter.maxDurationMs === undefined || (run.took !== null && run.took <= filter.maxDurationMs)) &&
    (filter.tests === 'include' || (run.version === null) === (filter.tests === 'only'))

/** All pages, as one list. */
const listed = async (filter: RunFilter, limit: number): Promise<string[]> => {
  const ids: string[] = []
  for (let cursor: string | null = null; ; ) {
    const page = await worker.store.listRuns(world.workspaceId, filter, cursor, limit)
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
    if (cursor === null) return ids
  }
}

const SINGLE: RunFilter[] = [
  {},
  { status: 'completed' },
  { status: 'failed' },
  { status: 'cancelled' },
  { status: 'waiting' },
  { status: 'pending' },
  { status: 'paused' },
  ...workflows.map((workflowId) => ({ workflowId })),
  { workflowId: uuidv7() },
  { version: 1 },
  { version: 9 },
  { trigger: 'hand' },
  { trigger: 'nothing' },
  { errorCode: 'ODD' },
  { errorCode: 'NONE' },
  { error: 'order 1' },
  { error: '50%_OFF' },
  { error: 'http_status order' },
  { error: 'ox' },
  { error: 'never seen' },
  { createdFrom: '2026-01-01T20:00:00.000Z' },
  { createdTo: '2026-01-01T03:00:00.000Z' },
  { createdFrom: '2026-01-01T05:00:00.000Z', createdTo: '2026-01-01T05:10:00.000Z' },
  { minDurationMs: 0 },
  { minDurationMs: 32 },
  { minDurationMs: 33 },
  { minDurationMs: 60_000 },
  { maxDurationMs: 7 },
  { minDurationMs: 8, maxDurationMs: 8 },
  { minDurationMs: 9, maxDurationMs: 3 },
  { tests: 'only' },
  { tests: 'include' },
]

describe('every filter finds what the plainest query finds, in its order', () => {
  it.each(SINGLE)('%j', async (filter) => {
    const expected = known.filter(matches(filter)).map(({ id }) => id)
    expect(await listed(filter, 200)).toEqual(expected)
    expect(await listed(filter, 7).then((ids) => ids.slice(0, 50))).toEqual(expected.slice(0, 50))
  })

  it('and so does every pair of them', async () => {
    for (const [i, one] of SINGLE.entries())
      for (const other of SINGLE.slice(i + 1)) {
        const both = { ...one, ...other }
        const expected = known.filter(matches(both)).map(({ id }) => id)
        const page = await worker.store.listRuns(world.workspaceId, both, null, 30)
        const found = page.items.map(({ id }) => id)
        // Bounded or not, what is there is right, and the rest comes behind the cursor.
        expect([both, found]).toEqual([both, expected.slice(0, found.length)])
        if (page.nextCursor === null) expect([both, found.length]).toEqual([both, expected.length])
      }
  })
})

it('goes on behind a run that is gone by now, from the time that its id tells', async () => {
  const gone = '019b7b9e-3200-7000-8000-000000000000'
  const page = await worker.store.listRuns(world.workspaceId, {}, gone, 5)
  const at = Number.parseInt(gone.replace('-', '').slice(0, 12), 16)
  const expected = known.filter(matches({})).filter(({ created }) => created < at)
  expect(page.items.map(({ id }) => id)).toEqual(expected.slice(0, 5).map(({ id }) => id))
})

it('begins with the newest behind an id that is of no time', async () => {
  const none = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  const page = await worker.store.listRuns(world.workspaceId, { tests: 'include' }, none, 5)
  const first = await worker.store.listRuns(world.workspaceId, { tests: 'include' }, null, 5)
  expect(page.items).toEqual(first.items)
})

it('looks no further than a page is worth, and says how far it has looked', async () => {
  // No index knows which of many quick runs failed to take between 10.2 and 10.4 ms.
  const { sql, workspaceId } = world
  const [version] = await sql<[{ id: string }]>`
    SELECT id FROM workflow_versions WHERE workflow_id = ${workflows[0] ?? ''} AND number = 1`
  await sql`
    INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input, created_at, started_at,
      finished_at, sweep_at)
    SELECT gen_random_uuid(), ${workspaceId}, ${workflows[0] ?? ''}, ${version.id}, 'completed', 'many', 'null', at, at,
      at + CASE WHEN n = 1 THEN 10 ELSE 9 END * interval '1 ms', 'infinity'
    FROM generate_series(1, 60000) n, LATERAL (SELECT timestamptz '2027-01-01' + n * interval '1 s' AS at) t`
  const filter = { minDurationMs: 10, trigger: 'many', createdFrom: '2027-01-01T00:00:00.000Z' }
  const first = await worker.store.listRuns(workspaceId, filter, null, 20)
  expect(first.items).toEqual([])
  expect(first.nextCursor).not.toBeNull()
  expect(first.searchedTo).toMatch(/^2027-01-01T\d\d:\d\d:\d\d\.\d{6}Z$/)
  expect(await listed(filter, 20)).toHaveLength(1)
})
