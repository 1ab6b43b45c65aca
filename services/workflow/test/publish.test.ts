import type { JsonObject } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { newName, scheduleFlow, simpleFlow, useWorld, webhookFlow } from './world.js'

const world = useWorld()

const create = async (definition: JsonObject): Promise<string> => {
  const answer = await world().call('POST', '/workflows', { definition })
  expect(answer.statusCode).toBe(201)
  return answer.json().id
}
const save = async (id: string, definition: JsonObject): Promise<void> => {
  const { draftRevision } = (await world().call('GET', `/workflows/${id}`)).json()
  const answer = await world().call('PUT', `/workflows/${id}/draft`, {
    definition,
    baseRevision: draftRevision,
  })
  expect(answer.statusCode).toBe(200)
}
const publish = (id: string, body?: object) => world().call('POST', `/workflows/${id}/publish`, body)

describe('publishing', () => {
  test('makes numbered versions that never change; unchanged content makes none', async () => {
    const name = newName()
    const id = await create(simpleFlow(name))
    const first = await publish(id, { message: 'first' })
    expect(first.statusCode).toBe(201)
    expect(first.json()).toMatchObject({ number: 1, message: 'first', createdBy: world().home.email })
    expect((await world().call('GET', `/workflows/${id}`)).json()).toMatchObject({
      publishedVersion: 1,
      draftAhead: false,
    })

    await save(id, simpleFlow(name, { ui: { start: { x: 5, y: 7 } } }))
    const same = await publish(id)
    expect([same.statusCode, same.json()]).toEqual([200, first.json()])

    await save(id, simpleFlow(name, { settings: { priority: 'high' } }))
    expect((await world().call('GET', `/workflows/${id}`)).json().draftAhead).toBe(true)
    expect((await publish(id)).json()).toMatchObject({ number: 2, message: null })

    const versions = (await world().call('GET', `/workflows/${id}/versions?limit=1`)).json()
    expect(versions.items).toMatchObject([{ number: 2 }])
    const rest = (await world().call('GET', `/workflows/${id}/versions?cursor=${versions.nextCursor}`)).json()
    expect(rest).toEqual({ items: [first.json()], nextCursor: null })

    const one = (await world().call('GET', `/workflows/${id}/versions/1`)).json()
    expect(one.definition).toMatchObject({ name, settings: { priority: 'normal' } })
    for (const number of ['3', '0', 'x', '99999999999'])
      expect((await world().call('GET', `/workflows/${id}/versions/${number}`)).statusCode).toBeOneOf([
        400, 404,
      ])
  })

  test('publishing at once makes one version', async () => {
    const id = await create(simpleFlow(newName()))
    const answers = await Promise.all([publish(id), publish(id), publish(id)])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 200, 201])
  })

  test('a definition with problems is refused with all of them', async () => {
    const id = await create(
      simpleFlow(newName(), {
        nodes: [
          { id: 'start', type: 'trigger.manual' },
          { id: 'a', type: 'no.such', params: {} },
          { id: 'b', type: 'log.message', params: { message: '{{ 1 + }}' } },
        ],
        edges: [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'ghost' },
        ],
      }),
    )
    const answer = await publish(id)
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'INVALID_DEFINITION'])
    const codes = answer.json().problems.map((problem: { code: string }) => problem.code)
    expect(codes).toEqual(expect.arrayContaining(['UNKNOWN_NODE_TYPE', 'DANGLING_EDGE', 'EXPRESSION_SYNTAX']))
    for (const problem of answer.json().problems) expect(problem.hint).not.toBe('')
    expect(await world().sql`SELECT 1 FROM workflow_versions WHERE workflow_id = ${id}`).toHaveLength(0)
  })

  test('a script that cannot be read is refused with its line and column', async () => {
    const id = await create(
      simpleFlow(newName(), {
        nodes: [
          { id: 'start', type: 'trigger.manual' },
          { id: 'a', type: 'transform.script', params: { code: 'const a = 1\nconst b = ;' } },
        ],
        edges: [{ from: 'start', to: 'a' }],
      }),
    )
    const answer = await publish(id)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().problems).toMatchObject([
      {
        pointer: '/nodes/1/params/code',
        code: 'SCRIPT_SYNTAX',
        message: "Code: line 2, column 11: unexpected token in expression: ';'",
      },
    ])
  })

  test('secrets are read neither by templates nor by expressions (I8)', async () => {
    const id = await create(
      simpleFlow(newName(), {
        nodes: [
          { id: 'start', type: 'trigger.manual' },
          { id: 'a', type: 'log.message', params: { message: 'a {{ secrets.key }}' } },
          { id: 'b', type: 'transform.json', params: { expression: '$string(secrets.key)' } },
          {
            id: 'c',
            type: 'log.message',
            params: { message: 'secrets.key {{ steps.a.output.secrets.key }}' },
          },
        ],
        edges: [
          { from: 'start', to: 'a' },
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      }),
    )
    expect((await publish(id)).json().problems).toMatchObject([
      { pointer: '/nodes/1/params/message', code: 'SECRET_NOT_ALLOWED' },
      { pointer: '/nodes/2/params/expression', code: 'SECRET_NOT_ALLOWED' },
    ])
  })

  test('credentials must exist in this workspace, and be of a type the node takes', async () => {
    const auth = { kind: 'hmac', credential: 'orders-secret' }
    const id = await create(webhookFlow(newName(), 'with-secret', { auth }))
    const secret = { name: 'orders-secret', credential: { type: 'secret', data: { secret: 's' } } }
    const bearer = { name: 'orders-secret', credential: { type: 'bearer', data: { token: 's' } } }

    await world().call('POST', '/credentials', secret, { workspace: world().away })
    const missing = { pointer: '/nodes/0/params/auth/credential', code: 'MISSING_CREDENTIAL' }
    expect((await publish(id)).json().problems).toMatchObject([missing])
    const wrong = (await world().call('POST', '/credentials', bearer)).json()
    expect((await publish(id)).json().problems).toMatchObject([missing])
    await world().call('DELETE', `/credentials/${wrong.id}`)
    await world().call('POST', '/credentials', secret)
    expect((await publish(id)).statusCode).toBe(201)
  })
})

describe('webhooks', () => {
  const listening = (id: string) =>
    world()
      .sql`SELECT path, method, node_id, version_id FROM webhooks WHERE workflow_id = ${id} ORDER BY path`

  test('belong to the published version', async () => {
    const name = newName()
    const id = await create(webhookFlow(name, 'first'))
    expect(await listening(id)).toEqual([])
    const version = (await publish(id)).json()
    expect(await listening(id)).toEqual([
      { path: 'first', method: 'POST', node_id: 'start', version_id: version.id },
    ])
    await save(id, webhookFlow(name, 'second'))
    expect(await listening(id)).toMatchObject([{ path: 'first' }])
    await publish(id)
    expect(await listening(id)).toMatchObject([{ path: 'second' }])
    await world().call('DELETE', `/workflows/${id}`)
    expect(await listening(id)).toEqual([])
  })

  test('a path is taken once a workspace and method; the loser publishes nothing', async () => {
    const winner = await create(webhookFlow(newName(), 'taken'))
    const loser = await create(webhookFlow(newName(), 'taken'))
    expect((await publish(winner)).statusCode).toBe(201)
    const answer = await publish(loser)
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'WEBHOOK_PATH_TAKEN'])
    expect((await world().call('GET', `/workflows/${loser}`)).json().publishedVersion).toBeNull()

    const other = await create(webhookFlow(newName(), 'taken', { method: 'PUT' }))
    expect((await publish(other)).statusCode).toBe(201)
    const elsewhere = { workspace: world().away }
    const definition = webhookFlow(newName(), 'taken')
    const { id } = (await world().call('POST', '/workflows', { definition }, elsewhere)).json()
    expect((await world().call('POST', `/workflows/${id}/publish`, {}, elsewhere)).statusCode).toBe(201)
  })

  test('of two workflows that publish the same paths at once one wins', async () => {
    const ids = await Promise.all([
      create(webhookFlow(newName(), 'race')),
      create(webhookFlow(newName(), 'race')),
    ])
    const answers = await Promise.all(ids.map((id) => publish(id)))
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409])
  })
})

describe('schedules', () => {
  const due = (id: string) =>
    world().sql<{ cron: string; next: number; ahead: boolean }[]>`
      SELECT cron, extract(epoch FROM next_at)::float8 AS next, next_at > clock_timestamp() AS ahead
      FROM schedules WHERE workflow_id = ${id}`

  test('start at the next tick after now, and keep it while their times stay the same', async () => {
    const name = newName()
    const id = await create(scheduleFlow(name, '*/5 * * * *'))
    await publish(id)
    const [first] = await due(id)
    expect(first).toMatchObject({ cron: '*/5 * * * *', ahead: true })
    expect((first?.next ?? 1) % 300).toBe(0)

    await world()
      .sql`UPDATE schedules SET next_at = clock_timestamp() - interval '1 s' WHERE workflow_id = ${id}`
    await save(id, { ...scheduleFlow(name, '*/5 * * * *'), description: 'changed', vars: { a: 1 } })
    await publish(id)
    expect(await due(id)).toMatchObject([{ ahead: false }])

    await save(id, scheduleFlow(name, '*/5 * * * *', 'Asia/Kathmandu'))
    await publish(id)
    expect(await due(id)).toMatchObject([{ ahead: true }])

    await save(id, simpleFlow(name))
    await publish(id)
    expect(await due(id)).toEqual([])
  })
})

describe('listeners', () => {
  const listening = (id: string) =>
    world().sql`
      SELECT kind, node_id, name, key, match, statuses, priority FROM listeners WHERE workflow_id = ${id}
      ORDER BY kind, name`
  const flow = (name: string, ...nodes: { id: string; type: string; params: JsonObject }[]) =>
    simpleFlow(name, {
      nodes: [...nodes, { id: 'say', type: 'log.message', params: { message: 'hello' } }],
      edges: nodes.map(({ id }) => ({ from: id, to: 'say' })),
    })

  test('belong to the published version', async () => {
    const paid = { id: 'paid', type: 'trigger.event', params: { name: 'paid', match: { large: true } } }
    const failed = { id: 'failed', type: 'trigger.failure', params: { workflows: ['a', 'b', 'a'] } }
    const name = newName()
    const id = await create(flow(name, paid, failed))
    expect(await listening(id)).toEqual([])
    await publish(id)
    const common = { priority: 2, key: null, match: null, statuses: null }
    expect(await listening(id)).toEqual([
      { ...common, kind: 'event', node_id: 'paid', name: 'paid', match: { large: true } },
      { ...common, kind: 'failure', node_id: 'failed', name: 'a', statuses: ['failed'] },
      { ...common, kind: 'failure', node_id: 'failed', name: 'b', statuses: ['failed'] },
    ])
    const any = { id: 'failed', type: 'trigger.failure', params: { on: ['cancelled'] } }
    await save(id, { ...flow(name, any), settings: { priority: 'high' } })
    await publish(id)
    expect(await listening(id)).toEqual([
      { ...common, kind: 'failure', node_id: 'failed', name: '', statuses: ['cancelled'], priority: 1 },
    ])
    await world().call('DELETE', `/workflows/${id}`)
    expect(await listening(id)).toEqual([])
  })
})
