import { randomBytes } from 'node:crypto'
import { API_TOKENS, createTokenService } from '@millrace/auth'
import type { Approval, Role } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { createApp } from '@millrace/http-api'
import { runnerPlugin } from '@millrace/runner-service'
import { waitFor } from '@millrace/testkit'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from '../durability/world.js'

let world: World
let api: FastifyInstance
const tokens = createTokenService({ ...API_TOKENS, secret: randomBytes(32), now: Date.now })
const ada = { id: uuidv7(), email: 'ada@example.org' }
const bob = { id: uuidv7(), email: 'bob@example.org' }

beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
  for (const { id, email } of [ada, bob])
    await world.sql`INSERT INTO users (id, email, password_hash) VALUES (${id}, ${email}, '')`
  api = createApp({ name: 'api', authenticate: tokens.authenticate })
  await api.register(
    runnerPlugin({
      ...world,
      useCredential: () => Promise.reject(new Error('no credentials here')),
      resumeTokens: { verify: () => undefined },
      resumeUrl: () => '',
      log: { warn: () => {}, error: () => {} },
      random: () => 0.5,
    }),
  )
  await api.ready()
})
afterAll(async () => {
  await api.close()
  await world.end()
})

interface Caller {
  readonly who?: typeof ada
  readonly role?: Role
  readonly workspaceId?: string
}
const call = async (
  method: 'GET' | 'POST',
  path: string,
  payload?: object,
  { who = ada, role = 'operator', workspaceId = world.workspaceId }: Caller = {},
) => {
  const { accessToken } = await tokens.sign({ userId: who.id, email: who.email, role, workspaceId })
  const headers = { authorization: `Bearer ${accessToken}` }
  return api.inject({ method, url: `/api/v1${path}`, headers, ...(payload === undefined ? {} : { payload }) })
}

const ask = async (params: object, startedBy?: typeof ada): Promise<{ runId: string; id: string }> => {
  const version = await world.publish({
    nodes: [
      { id: 'ask', type: 'human.approval', params: { title: 'Pay?', ...params } },
      { id: 'yes', type: 'transform.json', params: { expression: '"yes"' } },
      { id: 'no', type: 'transform.json', params: { expression: '"no"' } },
    ],
    edges: [
      { from: 'start', to: 'ask' },
      { from: 'ask', port: 'approved', to: 'yes' },
      { from: 'ask', port: 'rejected', to: 'no' },
    ],
  })
  const started = await call(
    'POST',
    '/runs',
    { workflow: version.workflowId, input: { sum: 7 } },
    startedBy && { who: startedBy },
  )
  const runId: string = started.json().run.id
  const id = await waitFor(
    async () => {
      const [row] = await world.sql<{ id: string }[]>`
        SELECT id FROM waits WHERE run_id = ${runId} AND resolved_by IS NULL`
      return row?.id
    },
    { what: 'the approval', timeoutMs: 20_000 },
  )
  return { runId, id }
}
const decide = (id: string, body: object, caller?: Caller) =>
  call('POST', `/approvals/${id}/decide`, body, caller)
const list = async (query: string, caller?: Caller): Promise<string[]> =>
  (await call('GET', `/approvals${query}`, undefined, caller)).json().items.map(({ id }: Approval) => id)

describe('an approval', () => {
  it('goes the way of the decision, with who, comment and data; shows its context', async () => {
    const form = [
      { name: 'amount', type: 'number', required: true },
      { name: 'kind', type: 'choice', options: ['a', 'b'] },
    ]
    const { runId, id } = await ask({ form, description: 'Look at it' })
    expect((await call('GET', `/approvals/${id}`)).json()).toMatchObject({
      id,
      runId,
      path: 'ask',
      title: 'Pay?',
      description: 'Look at it',
      form: [{ name: 'amount' }, { name: 'kind' }],
      startedBy: ada.email,
      input: { sum: 7 },
    })
    for (const data of [undefined, { amount: 'x' }, { amount: 1, kind: 'c' }, { amount: 1, other: 1 }])
      expect((await decide(id, { decision: 'approve', data })).json()).toMatchObject({
        status: 400,
        code: 'INVALID_REQUEST',
      })
    const body = { decision: 'approve', comment: 'fine', data: { amount: 3, kind: 'b' } }
    expect((await decide(id, body)).json()).toEqual({ id, runId, approved: true })
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toBe('yes')
    const end = (await world.events(runId)).find(
      (event) => event.type === 'step_succeeded' && event.path === 'ask',
    )
    expect(end).toMatchObject({
      output: { approved: true, by: ada.email, comment: 'fine', data: { amount: 3, kind: 'b' } },
    })
  })

  it('is decided once: of eight at the same time one wins, and the run does what that one said (D14)', async () => {
    const { runId, id } = await ask({})
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => decide(id, { decision: n % 2 === 0 ? 'approve' : 'reject' })),
    )
    const won = answers.filter((answer) => answer.statusCode === 200)
    expect(won).toHaveLength(1)
    for (const lost of answers.filter((answer) => answer.statusCode !== 200))
      expect(lost.json()).toMatchObject({ status: 409, code: 'WAIT_RESOLVED' })
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toBe(won[0]?.json().approved ? 'yes' : 'no')
  })

  it('is only for whom it asks, by user or role', async () => {
    const { id } = await ask({ assignees: { users: ['BOB@example.org'], roles: ['editor'] } })
    const asBob = { who: bob, role: 'viewer' as const }
    expect((await decide(id, { decision: 'approve' })).json()).toMatchObject({
      status: 403,
      code: 'NOT_ASKED',
    })
    expect(await list('')).not.toContain(id)
    expect(await list('?assigned=all')).toContain(id)
    expect(await list('', asBob)).toContain(id)
    expect(await list('', { role: 'editor' })).toContain(id)
    expect((await decide(id, { decision: 'reject' }, asBob)).statusCode).toBe(200)
    expect(await list('?assigned=all')).not.toContain(id)
  })

  it('may not be for the one who started the run, who cannot get round it by a retry', async () => {
    const { runId, id } = await ask({ selfApproval: false }, ada)
    expect((await decide(id, { decision: 'approve' })).json()).toMatchObject({
      status: 403,
      code: 'NOT_ASKED',
    })
    expect((await decide(id, { decision: 'reject' }, { who: bob })).statusCode).toBe(200)
    expect(await ended(world, runId)).toBe('completed')
    const again = await call('POST', `/runs/${runId}/retry`, { from: 'start' })
    const linked: string = again.json().run.id
    const [row] = await world.sql`SELECT started_by FROM runs WHERE id = ${linked}`
    expect(row).toEqual({ started_by: ada.id })
    await world.cancel(linked)
  })

  it('is nobody else’s: 404 in another workspace (I9), 4xx for bad input', async () => {
    const { runId, id } = await ask({})
    const [away] = await world.sql<{ id: string }[]>`
      INSERT INTO workspaces (id, slug, name) VALUES (${uuidv7()}, 'away', 'Away') RETURNING id`
    const stranger = { workspaceId: away?.id ?? '' }
    expect((await decide(id, { decision: 'approve' }, stranger)).statusCode).toBe(404)
    expect((await call('GET', `/approvals/${id}`, undefined, stranger)).statusCode).toBe(404)
    expect(await list('?assigned=all', stranger)).toEqual([])
    for (const body of [
      {},
      { decision: 'maybe' },
      { decision: 'approve', extra: 1 },
      [],
      { decision: 'approve', data: 3 },
    ])
      expect((await decide(id, body)).statusCode).toBe(400)
    expect((await decide('no-id', { decision: 'approve' })).statusCode).toBe(400)
    expect((await decide(uuidv7(), { decision: 'approve' })).statusCode).toBe(404)
    for (const query of ['?assigned=x', '?limit=0', '?cursor=x', '?other=1'])
      expect((await call('GET', `/approvals${query}`)).statusCode).toBe(400)
    await world.cancel(runId)
    expect(await ended(world, runId)).toBe('cancelled')
    expect((await decide(id, { decision: 'approve' })).json()).toMatchObject({ code: 'WAIT_RESOLVED' })
  })
})

describe('at its deadline an approval', () => {
  const outcome = async (params: object) => {
    const { runId } = await ask({ timeout: '400ms', ...params })
    return { status: await ended(world, runId), run: await world.run(runId) }
  }

  it('is approved, rejected or fails the step, as the node says', async () => {
    expect((await outcome({ onTimeout: 'approve' })).run.output).toBe('yes')
    expect((await outcome({ onTimeout: 'reject' })).run.output).toBe('no')
    expect(await outcome({ onTimeout: 'fail' })).toMatchObject({
      status: 'failed',
      run: { error: { code: 'WAIT_TIMED_OUT' } },
    })
  })

  it('asks others when it escalates, who may decide then, or let it end', async () => {
    const bobs = { assignees: { users: [bob.email], roles: [] } }
    const { runId, id } = await ask({ timeout: '300ms', onTimeout: 'escalate', escalation: bobs })
    await waitFor(async () => (await list('', { who: bob, role: 'viewer' })).includes(id), {
      what: 'the escalation',
      timeoutMs: 20_000,
    })
    const steps = () => call('GET', `/runs/${runId}/steps`)
    await waitFor(
      async () =>
        (await steps())
          .json()
          .items.some(({ wait }: { wait: { escalated?: boolean } | null }) => wait?.escalated === true),
      { what: 'the step to say so', timeoutMs: 20_000 },
    )
    expect((await decide(id, { decision: 'approve' })).statusCode).toBe(403)
    expect((await decide(id, { decision: 'approve' }, { who: bob })).statusCode).toBe(200)
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toBe('yes')
    const escalation = { ...bobs, timeout: '200ms', onTimeout: 'reject' }
    expect((await outcome({ onTimeout: 'escalate', escalation })).run.output).toBe('no')
  })
})
