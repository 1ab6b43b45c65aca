import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, simpleWorkflow, type World } from './world.js'

describe('bulk operations', () => {
  let world: World
  let authorization: string
  let version: { workflowId: string; versionId: string }

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('operator')
    version = await world.publish(simpleWorkflow('orders'))
  })
  afterAll(() => world.end())

  const post = (url: string, payload: object = {}, as = authorization) =>
    world.app.inject({ method: 'POST', url: `/api/v1${url}`, headers: { authorization: as }, payload })
  const get = (url: string, as = authorization) =>
    world.app.inject({ url: `/api/v1${url}`, headers: { authorization: as } })
  const preview = async (body: object) => (await post('/runs/bulk/preview', body)).json()
  const untilOver = (id: string) =>
    waitFor(
      async () => {
        const operation = (await get(`/bulk/${id}`)).json()
        return operation.status !== 'running' && operation
      },
      { what: 'the operation to end', timeoutMs: 20_000 },
    )
  /** Runs as they stand after their end, each with an error of this code. */
  const failedRuns = async (count: number, code: string, workspaceId = world.workspaceId) => {
    const ids = Array.from({ length: count }, () => uuidv7())
    await world.sql`
      INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input, error)
      SELECT id, ${workspaceId}, ${version.workflowId}, ${version.versionId}, 'failed', 'start', 'null',
        jsonb_build_object('code', ${code}::text, 'message', 'it broke')
      FROM unnest(${ids}::uuid[]) AS id`
    return ids
  }
  const retriesOf = async (ids: readonly string[]) => {
    const rows = await world.sql<{ origin: string }[]>`
      SELECT origin_run_id AS origin FROM runs WHERE origin_run_id = ANY (${[...ids]}::uuid[])`
    return rows.map((row) => row.origin)
  }

  it('acts on the very runs that were counted, each once, though other runs match by then', async () => {
    const ids = await failedRuns(130, 'UPSTREAM_DOWN')
    await failedRuns(1, 'ANOTHER')
    const counted = await preview({
      action: 'retry',
      filter: { errorCode: 'UPSTREAM_DOWN', workflow: 'orders' },
    })
    expect(counted).toMatchObject({ action: 'retry', count: 130 })
    const late = await failedRuns(3, 'UPSTREAM_DOWN')
    const answers = await Promise.all([1, 2].map(() => post('/runs/bulk', { token: counted.token })))
    expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202])
    const over = await untilOver(counted.token)
    expect(over).toMatchObject({ status: 'completed', total: 130, done: 130, skipped: 0, failed: 0 })
    expect((await retriesOf(ids)).sort()).toEqual(ids.sort())
    expect(await retriesOf(late)).toEqual([])
    expect((await get('/bulk')).json().items[0]).toMatchObject({ id: counted.token })
  })

  it('does a page again whose process died, and makes no second run of it (I6)', async () => {
    const ids = await failedRuns(3, 'TWICE')
    const { token } = await preview({ action: 'retry', filter: { errorCode: 'TWICE' } })
    await post('/runs/bulk', { token })
    await untilOver(token)
    // As if nothing of the page had been recorded.
    await world.sql`INSERT INTO bulk_members SELECT ${token}::uuid, unnest(${ids}::uuid[])`
    await world.sql`UPDATE bulk_operations SET status = 'running' WHERE id = ${token}`
    await untilOver(token)
    expect(await retriesOf(ids)).toHaveLength(3)
  })

  it('skips runs it no longer fits, and tells of those that fail', async () => {
    const [ended = '', writes = ''] = await failedRuns(2, 'MIXED')
    const { token } = await preview({ action: 'retry', filter: { runIds: [ended, writes] } })
    await world.sql`UPDATE runs SET status = 'running' WHERE id = ${ended}`
    await world.sql`UPDATE runs SET trigger = 'gone' WHERE id = ${writes}`
    await post('/runs/bulk', { token })
    expect(await untilOver(token)).toMatchObject({
      done: 0,
      skipped: 1,
      failed: 1,
      errors: [{ runId: writes, code: 'NO_SUCH_TRIGGER' }],
    })
  })

  it('cancels, and stops when it is aborted', async () => {
    const started = await Promise.all([1, 2, 3].map(() => post('/runs', { workflow: 'orders' })))
    const runIds = started.map((answer) => answer.json().run.id)
    const { token, count } = await preview({ action: 'cancel', filter: { runIds } })
    expect(count).toBe(3)
    await post('/runs/bulk', { token })
    expect(await untilOver(token)).toMatchObject({ done: 3 })
    expect((await post(`/bulk/${token}/abort`)).json()).toMatchObject({ status: 409, code: 'BULK_NOT_OPEN' })

    const ids = await failedRuns(1, 'STOPPED')
    const stopped = await preview({ action: 'retry', filter: { runIds: ids } })
    // Its first page cannot be done: a run that is to be made stands in the way, not yet committed.
    const blocker = await world.sql.reserve()
    await blocker`BEGIN`
    await blocker`
      INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input, idempotency_key)
      VALUES (${uuidv7()}, ${world.workspaceId}, ${version.workflowId}, ${version.versionId}, 'start', 'null',
        ${`bulk:${stopped.token}:${ids[0]}`})`
    await post('/runs/bulk', { token: stopped.token })
    await world.sql`INSERT INTO bulk_members SELECT ${stopped.token}::uuid, id FROM runs ON CONFLICT DO NOTHING`
    const aborting = post(`/bulk/${stopped.token}/abort`)
    await blocker`ROLLBACK`
    blocker.release()
    expect((await aborting).json()).toMatchObject({ status: 'aborted' })
    const { done, skipped, failed } = (await get(`/bulk/${stopped.token}`)).json()
    expect(done + skipped + failed).toBeLessThan(130)
  })

  it('refuses what is wrong, and what is not ours (I9)', async () => {
    const bad = [{}, { action: 'fly', filter: { status: 'failed' } }, { action: 'retry', filter: {} }]
    for (const body of [...bad, { action: 'retry', filter: { errorCode: '\u0000' } }, { action: 'retry' }])
      expect((await post('/runs/bulk/preview', body)).statusCode).toBe(400)
    expect((await preview({ action: 'retry', filter: { workflow: 'nope' } })).code).toBe('NOT_FOUND')
    expect((await post('/runs/bulk', { token: uuidv7() })).json()).toMatchObject({ code: 'BULK_NOT_OPEN' })
    expect((await post('/runs/bulk', { token: 'x' })).statusCode).toBe(400)
    expect((await get('/bulk/x')).statusCode).toBe(400)
    expect((await get(`/bulk/${uuidv7()}`)).statusCode).toBe(404)

    const [foreign = ''] = await failedRuns(1, 'FOREIGN', world.awayId)
    expect(await preview({ action: 'retry', filter: { runIds: [foreign] } })).toMatchObject({ count: 0 })
    const { token } = await preview({ action: 'retry', filter: { errorCode: 'ANOTHER' } })
    const away = await world.token('operator', world.awayId)
    expect((await post('/runs/bulk', { token }, away)).json()).toMatchObject({ code: 'BULK_NOT_OPEN' })
    const viewer = await world.token('viewer')
    expect((await post('/runs/bulk', { token }, viewer)).statusCode).toBe(403)
    expect((await post('/runs/bulk', { token })).statusCode).toBe(202)
    expect((await get(`/bulk/${token}`, away)).statusCode).toBe(404)
    expect((await post(`/bulk/${token}/abort`, {}, away)).statusCode).toBe(404)
    await untilOver(token)
  })

  it('starts no preview that has grown old', async () => {
    await failedRuns(1, 'OLD')
    const { token } = await preview({ action: 'retry', filter: { errorCode: 'OLD' } })
    await world.sql`UPDATE bulk_operations SET created_at = created_at - interval '16 min' WHERE id = ${token}`
    expect((await post('/runs/bulk', { token })).json()).toMatchObject({ status: 409, code: 'BULK_NOT_OPEN' })
  })
})
