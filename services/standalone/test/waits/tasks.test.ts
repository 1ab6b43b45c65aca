import type { Task } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, openWorld, storyOf, type World } from '../durability/world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
})
afterAll(() => world.end())

const start = async (queue: string, more: object = {}): Promise<string> => {
  const params = { queue, input: { n: '{{ trigger.n }}' } }
  const version = await world.publish({ nodes: [{ id: 'work', type: 'task.external', params, ...more }] })
  return world.start(version, { n: 6 })
}
const lease = async (queue: string, more: object = {}): Promise<Task[]> =>
  (await world.post('/tasks/lease', { queue, ...more })).json<{ items: Task[] }>().items
const leaseOne = (queue: string) =>
  waitFor(async () => (await lease(queue))[0], { what: `a task of ${queue}`, timeoutMs: 20_000 })
const lapse = (id: string) =>
  world.sql`UPDATE waits SET lease_until = clock_timestamp() - interval '1 s' WHERE id = ${id}`

it('is taken by one program, whose output is the step’s', async () => {
  const runId = await start('one')
  const task = await leaseOne('one')
  expect(task).toMatchObject({
    runId,
    path: 'work',
    attempt: 1,
    input: { n: 6 },
    idempotencyKey: `${runId}:work`,
  })
  expect(await lease('one', { max: 100 })).toEqual([])
  expect((await world.post(`/tasks/${task.id}/heartbeat`, { token: task.token })).status).toBe(200)
  const done = await world.post(`/tasks/${task.id}/complete`, { token: task.token, output: { n: 7 } })
  expect(done.json()).toEqual({ id: task.id, runId })
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual({ n: 7 })
  // An answer may be lost: the same end is the same answer, another one comes too late.
  const same = await world.post(`/tasks/${task.id}/complete`, { token: task.token, output: { n: 7 } })
  expect([same.status, same.json()]).toEqual([200, { id: task.id, runId }])
  const again = await world.post(`/tasks/${task.id}/complete`, { token: task.token, output: 1 })
  expect(again.json()).toMatchObject({ status: 409, code: 'TASK_LOST' })
})

it('is offered again when its lease runs out; the former holder is fenced', async () => {
  const runId = await start('lapsed')
  const first = await leaseOne('lapsed')
  await lapse(first.id)
  // As long as nobody else has it, its holder may keep it.
  expect((await world.post(`/tasks/${first.id}/heartbeat`, { token: first.token })).status).toBe(200)
  await lapse(first.id)
  const second = await leaseOne('lapsed')
  expect(second.id).toBe(first.id)
  for (const action of ['heartbeat', 'complete'])
    expect((await world.post(`/tasks/${first.id}/${action}`, { token: first.token })).json()).toMatchObject({
      code: 'TASK_LOST',
    })
  await world.post(`/tasks/${second.id}/complete`, { token: second.token, output: 'second' })
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toBe('second')
})

it('that is given up is tried again by the step’s policy, unless that is of no use', async () => {
  const retry = { maxAttempts: 2, delayMs: 10, jitter: 'none' }
  const runId = await start('failing', { retry })
  const first = await leaseOne('failing')
  await world.post(`/tasks/${first.id}/fail`, { token: first.token, message: 'later' })
  const second = await leaseOne('failing')
  expect(second).toMatchObject({ attempt: 2, idempotencyKey: first.idempotencyKey })
  await world.post(`/tasks/${second.id}/fail`, { token: second.token, message: 'never', retryable: false })
  expect(await ended(world, runId)).toBe('failed')
  expect((await world.run(runId)).error).toMatchObject({ code: 'TASK_FAILED', message: 'never' })
  expect(storyOf(await world.events(runId), 'work').filter((type) => type === 'step_started')).toHaveLength(2)
})

it('is lent once, however many ask at the same time', async () => {
  const runIds = await Promise.all(Array.from({ length: 10 }, () => start('busy')))
  await waitFor(
    async () => {
      const rows = await world.sql`SELECT 1 FROM waits WHERE run_id = ANY (${runIds}::uuid[])`
      return rows.length === 10
    },
    { what: 'ten tasks', timeoutMs: 20_000 },
  )
  const lent = (await Promise.all(Array.from({ length: 8 }, () => lease('busy', { max: 5 })))).flat()
  expect(new Set(lent.map(({ id }) => id)).size).toBe(lent.length)
  expect(lent).toHaveLength(10)
  await world.cancel(runIds[0] ?? '')
  expect(await ended(world, runIds[0] ?? '')).toBe('cancelled')
  const orphan = lent.find(({ runId }) => runId === runIds[0])
  const late = await world.post(`/tasks/${orphan?.id}/complete`, { token: orphan?.token, output: 1 })
  expect(late.json()).toMatchObject({ code: 'TASK_LOST' })
})

it('answers bad input with 4xx, and knows no others’ tasks (I9)', async () => {
  for (const body of [
    {},
    { queue: '' },
    { queue: 'q', max: 0 },
    { queue: 'q', leaseMs: 1 },
    { queue: 'q', x: 1 },
  ])
    expect((await world.post('/tasks/lease', body)).status).toBe(400)
  const token = uuidv7()
  expect((await world.post('/tasks/no-id/complete', { token })).status).toBe(400)
  expect((await world.post(`/tasks/${uuidv7()}/complete`, { token: 'x' })).status).toBe(400)
  expect((await world.post(`/tasks/${uuidv7()}/complete`, { token })).status).toBe(404)
  await start('own')
  const task = await leaseOne('own')
  const held = { workspaceId: uuidv7(), id: task.id, token: task.token }
  expect(await world.store.finishTask(held, { kind: 'completed' })).toBeUndefined()
  expect(
    await world.store.leaseTasks({ workspaceId: uuidv7(), queue: 'own', max: 9, leaseMs: 1_000 }),
  ).toEqual([])
})

it.each([
  ['redis', undefined],
  ['postgres', null],
] as const)('comes at once to a program that waits for one, with %s', async (_, redisUrl) => {
  const own = await openWorld(redisUrl === undefined ? {} : { redisUrl })
  try {
    own.scheduler()
    await own.worker()
    const words: string[] = []
    await own.feed.subscribe('tasks', (payload) => words.push(payload))
    const waiting = own.post('/tasks/lease', { queue: 'awaited', waitMs: 30_000 })
    const version = await own.publish({
      nodes: [{ id: 'work', type: 'task.external', params: { queue: 'awaited' } }],
    })
    const runId = await own.start(version)
    expect((await waiting).json()).toMatchObject({ items: [{ runId, path: 'work' }] })
    const word = JSON.stringify({ workspaceId: own.workspaceId, queue: 'awaited' })
    await waitFor(() => words.includes(word), { what: 'word of the task' })
  } finally {
    await own.end()
  }
})
