import { uuidv7 } from '@millrace/db'
import { describe, expect, test } from 'vitest'
import { newName, scheduleFlow, simpleFlow, useWorld } from './world.js'

const world = useWorld()

const create = async (name = newName()) =>
  (await world().call('POST', '/workflows', { definition: simpleFlow(name) })).json()

describe('workflows', () => {
  test('are created, read by id and by name, and archived', async () => {
    const made = await world().call('POST', '/workflows', {
      definition: simpleFlow('orders', { description: 'Takes orders' }),
    })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      name: 'orders',
      description: 'Takes orders',
      draftRevision: 1,
      publishedVersion: null,
      draftAhead: true,
      triggers: ['trigger.manual'],
      draft: { name: 'orders' },
    })
    const { id } = made.json()
    expect((await world().call('GET', `/workflows/${id}`)).json()).toEqual(made.json())
    expect((await world().call('GET', '/workflows/orders')).json()).toEqual(made.json())

    expect((await world().call('DELETE', '/workflows/orders')).statusCode).toBe(204)
    for (const ref of [id, 'orders'])
      expect((await world().call('GET', `/workflows/${ref}`)).statusCode).toBe(404)
    expect((await create('orders')).id).not.toBe(id)
  })

  test('runs that have not ended are counted, whatever they wait for', async () => {
    const { id, name } = await create()
    const counted = async (ref: string) => {
      const answer = await world().call('GET', `/workflows/${ref}/runs-under-way`)
      expect(answer.statusCode).toBe(200)
      return answer.json()
    }
    expect(await counted(id)).toEqual({ count: 0, exact: true })
    const version = (await world().call('POST', `/workflows/${id}/publish`, {})).json()
    for (const status of ['pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'])
      await world().sql`
        INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input)
        VALUES (${uuidv7()}, ${world().home.id}, ${id}, ${version.id}, ${status}, 'start', '{}')`
    expect(await counted(name)).toEqual({ count: 4, exact: true })
    expect(await counted((await create()).id)).toEqual({ count: 0, exact: true })
    expect((await world().call('GET', '/workflows/nowhere/runs-under-way')).statusCode).toBe(404)
  })

  test('a name is taken once', async () => {
    const { name } = await create()
    const again = await world().call('POST', '/workflows', { definition: simpleFlow(name) })
    expect([again.statusCode, again.json().code]).toEqual([409, 'WORKFLOW_NAME_TAKEN'])
  })

  test('are listed by name, page by page, and searched', async () => {
    const names = await Promise.all(
      Array.from({ length: 7 }, async (_, i) => (await create(`Page_${i}`)).name),
    )
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const answer = (await world().call('GET', `/workflows?search=page_&limit=3${query}`)).json()
      seen.push(...answer.items.map((item: { name: string }) => item.name))
      cursor = answer.nextCursor
    }
    expect(seen).toEqual(names.sort())
    // Neither _ nor % means anything but itself.
    for (const search of ['p_ge', 'page%25'])
      expect((await world().call('GET', `/workflows?search=${search}`)).json().items).toEqual([])
  })

  test('are found by the types of their nodes', async () => {
    const { name } = await create()
    await world().call('POST', '/workflows', {
      definition: simpleFlow(newName(), { nodes: [{ id: 'ask', type: 'http.request' }, { id: 'odd' }] }),
    })
    const found = (await world().call('GET', '/workflows?search=LOG.mess&limit=200')).json()
    expect(found.items.map((item: { name: string }) => item.name)).toContain(name)
    const asking = (await world().call('GET', '/workflows?search=http.request')).json()
    expect(asking.items).toMatchObject([{ nodeTypes: ['http.request'] }])
  })

  test('are listed with their last 20 runs, newest first, and their next tick', async () => {
    const { sql, home } = world()
    const name = newName()
    await world().call('POST', '/workflows', { definition: scheduleFlow(name, '0 9 * * *') })
    const { id: versionId } = (await world().call('POST', `/workflows/${name}/publish`, {})).json()
    const runIds = Array.from({ length: 21 }, () => uuidv7()).sort()
    for (const id of runIds)
      await sql`
        INSERT INTO runs (id, workspace_id, workflow_id, version_id, status, trigger, input, started_at, finished_at)
        SELECT ${id}, ${home.id}, workflow_id, id, 'completed', 'start', 'null', now(), now() + interval '1.5 s'
        FROM workflow_versions WHERE id = ${versionId}`
    const { items } = (await world().call('GET', `/workflows?search=${name}`)).json()
    expect(items[0].recentRuns.map((run: { id: string }) => run.id)).toEqual(runIds.reverse().slice(0, 20))
    expect(items[0].recentRuns[0]).toMatchObject({ status: 'completed', durationMs: 1_500 })
    expect(items[0].nextRunAt).toMatch(/T09:00:00.000Z$/)
  })

  test.each(['cursor=x', 'cursor=NQ', 'limit=0', 'limit=201', 'limit=a', 'other=1', 'search=%00'])(
    'the query %s is refused',
    async (query) => {
      const answer = await world().call('GET', `/workflows?${query}`)
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_REQUEST'])
    },
  )
})

describe('drafts', () => {
  const save = (ref: string, definition: unknown, baseRevision: number) =>
    world().call('PUT', `/workflows/${ref}/draft`, { definition, baseRevision })

  test('are saved on the revision they were read at; a later one is a conflict', async () => {
    const { id, name } = await create()
    const saved = await save(id, simpleFlow(name, { description: 'two' }), 1)
    expect(saved.json()).toMatchObject({ draftRevision: 2, description: 'two' })
    const stale = await save(id, simpleFlow(name, { description: 'lost' }), 1)
    expect([stale.statusCode, stale.json().code]).toEqual([409, 'DRAFT_CONFLICT'])
    expect(stale.json().currentRevision).toBe(2)
    expect((await world().call('GET', `/workflows/${id}`)).json().description).toBe('two')
  })

  test('of two savers on one revision one wins', async () => {
    const { id, name } = await create()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((text) => save(id, simpleFlow(name, { description: text }), 1)),
    )
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409, 409])
  })

  test('may have problems, even have no shape; the name must be good', async () => {
    const { id, name } = await create()
    const broken = { name, nodes: 'none yet', whatever: [null] }
    expect((await save(id, broken, 1)).json().draft).toEqual(broken)
    for (const bad of [{}, { name: '' }, { name: '__proto__' }, { name: 5 }, { name: 'a/b' }]) {
      const answer = await save(id, bad, 2)
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'INVALID_DEFINITION'])
      expect(answer.json().problems).toMatchObject([{ pointer: '/name', code: 'INVALID_SHAPE' }])
    }
  })

  test('rename the workflow, but not to a name that is taken', async () => {
    const { id } = await create()
    const other = await create()
    const name = newName()
    expect((await save(id, simpleFlow(name), 1)).json().name).toBe(name)
    expect((await save(id, simpleFlow(other.name), 2)).json().code).toBe('WORKFLOW_NAME_TAKEN')
  })
})
