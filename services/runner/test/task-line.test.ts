import { uuidv7 } from '@millrace/db'
import { TASKS_TOPIC } from '@millrace/feed'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { TaskLine } from '../src/waits/task-line.js'
import { BACKENDS, openWorld, type World } from './world.js'

const NEVER = 3_600_000

describe.each(BACKENDS)('programs that wait for tasks, with %s', (backend) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(backend)
  })
  afterAll(() => world.end())

  /** A line of its own on the real store and feed, and how often it has asked. */
  const open = async (lookMs = NEVER) => {
    const errors: unknown[] = []
    const { store, feed } = world
    let asked = 0
    const line = new TaskLine({
      store: {
        leaseTasks: (request) => {
          asked += 1
          return store.leaseTasks(request)
        },
        returnTask: store.returnTask,
      },
      feed,
      onError: (error) => errors.push(error),
      lookMs,
    })
    await line.start()
    onTestFinished(() => {
      line.close()
      expect(errors).toEqual([])
    })
    return { line, asked: () => asked }
  }
  const request = (queue: string) => ({ workspaceId: world.workspaceId, queue, max: 1, leaseMs: 60_000 })
  const here = () => new AbortController().signal
  const addTask = async (queue: string): Promise<string> => {
    const [row] = await world.sql<{ id: string }[]>`
      INSERT INTO waits (run_id, path, attempt, workspace_id, kind, name, details)
      VALUES (${uuidv7()}, 'work', 1, ${world.workspaceId}, 'task', ${queue}, '{"idempotencyKey":"k"}')
      RETURNING id`
    return row?.id ?? ''
  }
  const sayNew = (queue: string) =>
    world.feed.publish([
      { topic: TASKS_TOPIC, payload: JSON.stringify({ workspaceId: world.workspaceId, queue }) },
    ])

  it('a word of a new task ends the wait of who has waited longest, and of nobody else', async () => {
    const { line } = await open()
    const first = line.lease(request('word'), 20_000, here())
    await waitFor(() => line.waiting === 1, { what: 'the first to wait' })
    const second = line.lease(request('word'), 20_000, here())
    await waitFor(() => line.waiting === 2, { what: 'the second to wait' })
    const id = await addTask('word')
    await sayNew('other')
    await sayNew('word')
    expect((await first).map((task) => task.id)).toEqual([id])
    expect(line.waiting).toBe(1)
    const next = await addTask('word')
    await sayNew('word')
    expect((await second).map((task) => task.id)).toEqual([next])
    expect(line.waiting).toBe(0)
  })

  it('a task that nobody spoke of is found at the next look, and none at all after the time given', async () => {
    const { line } = await open(50)
    const found = line.lease(request('silent'), 20_000, here())
    await waitFor(() => line.waiting === 1, { what: 'somebody to wait' })
    const id = await addTask('silent')
    expect((await found).map((task) => task.id)).toEqual([id])
    expect(await line.lease(request('silent'), 100, here())).toEqual([])
    expect(line.waiting).toBe(0)
  })

  it('a task costs a few questions, however many wait', async () => {
    const { line, asked } = await open()
    const waiting = Array.from({ length: 60 }, () => line.lease(request('busy'), 20_000, here()))
    await waitFor(() => line.waiting === 60, { what: 'all to wait' })
    await addTask('gone-by')
    const before = asked()
    await addTask('busy')
    await sayNew('busy')
    expect(await Promise.race(waiting)).toHaveLength(1)
    await waitFor(() => line.waiting === 59, { what: 'one to be answered' })
    expect(asked() - before).toBeLessThanOrEqual(4)
    line.close()
    expect((await Promise.all(waiting)).flat()).toHaveLength(1)
  })

  it('a caller who hangs up is forgotten, and what was lent for it meanwhile is for others', async () => {
    const { line, asked } = await open()
    const caller = new AbortController()
    const gone = line.lease(request('left'), 20_000, caller.signal)
    await waitFor(() => line.waiting === 1, { what: 'somebody to wait' })
    const id = await addTask('left')
    const before = asked()
    // The question stands in the database when the caller goes.
    await world.sql.begin(async (tx) => {
      await tx`LOCK TABLE waits IN SHARE ROW EXCLUSIVE MODE`
      await sayNew('left')
      await waitFor(() => asked() > before, { what: 'the question' })
      caller.abort()
      expect(await gone).toEqual([])
    })
    expect(line.waiting).toBe(0)
    await waitFor(async () => (await line.lease(request('left'), 0, here()))[0]?.id === id, {
      what: 'the task to be free',
    })
    const closed = new AbortController()
    closed.abort()
    await addTask('left')
    expect(await line.lease(request('left'), 0, closed.signal)).toEqual([])
    expect(await line.lease(request('left'), 0, here())).toHaveLength(1)
  })

  it('a process that stops answers who waits, and lets nobody wait any more', async () => {
    const { line } = await open()
    const waiting = line.lease(request('stop'), 20_000, here())
    await waitFor(() => line.waiting === 1, { what: 'somebody to wait' })
    line.close()
    expect(await waiting).toEqual([])
    expect(await line.lease(request('stop'), 20_000, here())).toEqual([])
  })

  it('over HTTP an empty answer comes at once without a time, and bad times are refused', async () => {
    const authorization = await world.token()
    const ask = (body: object) =>
      world.app.inject({
        method: 'POST',
        url: '/api/v1/tasks/lease',
        headers: { authorization },
        payload: body,
      })
    expect((await ask({ queue: 'http' })).json()).toEqual({ items: [] })
    for (const waitMs of [-1, 30_001, 0.5, '1'])
      expect((await ask({ queue: 'http', waitMs })).statusCode).toBe(400)
    const waiting = ask({ queue: 'http', waitMs: 20_000 })
    const id = await addTask('http')
    expect((await waiting).json()).toMatchObject({ items: [{ id }] })
  })
})
