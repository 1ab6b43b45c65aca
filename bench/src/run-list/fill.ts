import { type Sql, uuidv7 } from '@millrace/db'

/** What a workspace with a long history has: a million runs of thirty days. */
export interface History {
  readonly workspaceId: string
  /** The workflow that half of the runs are of, and one that has few. */
  readonly busy: string
  readonly quiet: string
}

const WORKFLOWS = 20
const VERSIONS = 5
/** Runs a statement. */
const CHUNK = 50_000

/**
 * Fills `runs` as its workers would leave it, straight into the table: older versions before newer ones, 4 % failed with
 * one of six codes, one in 5,000 a test run, one in 1,000 of an hour and more, a few that still wait.
 */
export const fillHistory = async (sql: Sql, count: number, say: (line: string) => void): Promise<History> => {
  const workspaceId = uuidv7()
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, ${`history-${workspaceId}`}, 'History')`
  const ids = await addWorkflows(sql, workspaceId)
  for (let from = 0; from < count; from += CHUNK) {
    await addRuns(sql, workspaceId, { from, to: Math.min(count, from + CHUNK), count })
    say(`${Math.min(count, from + CHUNK)} runs`)
  }
  await sql`VACUUM ANALYZE runs`
  return { workspaceId, busy: ids[0] ?? '', quiet: ids.at(-1) ?? '' }
}

const addWorkflows = async (sql: Sql, workspaceId: string): Promise<string[]> => {
  const ids: string[] = []
  for (let i = 0; i < WORKFLOWS; i++) {
    const id = uuidv7()
    ids.push(id)
    await sql`
      INSERT INTO workflows (id, workspace_id, name, draft, draft_hash, published_version)
      VALUES (${id}, ${workspaceId}, ${`workflow-${i}`}, '{"nodes":[]}', '', ${VERSIONS})`
    await sql`
      INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
      SELECT gen_random_uuid(), ${workspaceId}, ${id}, NULLIF(n, 0), '{}', 'hash-' || n
      FROM generate_series(0, ${VERSIONS}) n`
  }
  return ids
}

interface Chunk {
  readonly from: number
  readonly to: number
  readonly count: number
}

const addRuns = (sql: Sql, workspaceId: string, { from, to, count }: Chunk) => sql`
  WITH numbered AS (
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM workflows WHERE workspace_id = ${workspaceId}
  ), facts AS (
    SELECT n, n::float8 / ${count} AS age,
      -- The first workflow has half of the runs, each further one half of what is left, the last ones a handful.
      least(${WORKFLOWS - 1}, floor(-ln(greatest(random(), 1e-9)) / ln(2)))::int AS place,
      random() AS outcome, random() AS length, random() AS kind, n % 5000 = 77 AS test
    FROM generate_series(${from}::int, ${to - 1}::int) n
  ), timed AS (
    SELECT f.*, w.id AS workflow_id, clock_timestamp() - (1 - age) * interval '30 days' - interval '1 hour' AS created,
      CASE WHEN length < 0.001 THEN 3600000 + length * 1e9 ELSE exp(length * 9) END * interval '1 ms' AS took
    FROM facts f JOIN numbered w ON w.place = f.place
  )
  INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input, last_seq, created_at, started_at,
    finished_at, error, output, seed, sweep_at)
  SELECT gen_random_uuid(), ${workspaceId}, t.workflow_id, v.id,
    CASE WHEN outcome < 0.955 THEN 'completed' WHEN outcome < 0.995 THEN 'failed' WHEN outcome < 0.999 THEN 'cancelled'
      ELSE 'waiting' END,
    CASE WHEN kind < 0.9 THEN 'hook' WHEN kind < 0.99998 THEN 'every' ELSE 'by-hand' END,
    jsonb_build_object('order', n, 'text', repeat('x', 200)), 12, created, created + interval '5 ms',
    CASE WHEN outcome < 0.999 THEN created + interval '5 ms' + took END,
    CASE WHEN outcome BETWEEN 0.955 AND 0.995 THEN jsonb_build_object(
      'code', (ARRAY['HTTP_STATUS', 'STEP_TIMEOUT', 'SCRIPT_FAILED', 'QUERY_FAILED', 'ITEM_FAILED'])[1 + n % 5],
      'message', 'the upstream of order ' || n || ' said ' || (500 + n % 5), 'retryable', true)
      WHEN outcome BETWEEN 0.995 AND 0.999 THEN '{"code":"CANCELLED","message":"by hand","retryable":false}' END,
    '{"ok":true}', CASE WHEN test THEN '{"steps":{}}'::jsonb END, 'infinity'
  FROM timed t JOIN workflow_versions v ON v.workflow_id = t.workflow_id
    AND v.number IS NOT DISTINCT FROM CASE WHEN test THEN NULL ELSE 1 + floor(age * ${VERSIONS})::int END
  ORDER BY n`
