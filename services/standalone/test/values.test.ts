import { parseJson } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, openWorld, type World } from './durability/world.js'

/** Keys in no order of anybody's, and integers that no double holds. */
const SENT =
  '{"zulu":9007199254740993,"id":{"b":[-9007199254740995,1.5],"a":"9007199254740993"},"x":18446744073709551616}'
const ANSWERED = '{"status":"ok","serial":12345678901234567890,"at":{"y":2,"x":1}}'

let world: World
beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
})
afterAll(() => world.end())

const post = (id: string, body: unknown) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body: body as string },
})
const sent = (path: string): string | undefined => world.upstream.to(`/${path}`)[0]?.body
const parked = (runId: string) =>
  waitFor(
    async () => {
      const run = await world.run(runId)
      return run.status === 'waiting' && run.workerId === null
    },
    { what: `run ${runId} to be parked`, timeoutMs: 20_000 },
  )
const run = async (nodes: Parameters<World['publish']>[0]['nodes']): Promise<string> =>
  world.start(await world.publish({ nodes }), parseJson(SENT))

it('an HTTP step sends what it was given, literals too, and gives what was answered', async () => {
  world.upstream.on('/ask', (call) => call.answer(ANSWERED))
  const runId = await run([
    post('ask', '{{ trigger }}'),
    post('tell', '{{ steps.ask.output.body }}'),
    post('literal', parseJson(`{"z":9007199254740993,"given":{"q":"{{ trigger.zulu }}","b":2},"a":1}`)),
    post('text', 'order {{ trigger.zulu }} of {{ trigger.id }}'),
    { id: 'last', type: 'transform.json', params: { expression: 'steps.ask.output.body' } },
  ])
  expect(await ended(world, runId)).toBe('completed')
  expect(sent('ask')).toBe(SENT)
  expect(sent('tell')).toBe(ANSWERED)
  expect(sent('literal')).toBe('{"z":9007199254740993,"given":{"q":9007199254740993,"b":2},"a":1}')
  expect(sent('text')).toBe('order 9007199254740993 of {"b":[-9007199254740995,1.5],"a":"9007199254740993"}')
  const [row] = await world.sql`SELECT input::text, output::text FROM runs WHERE id = ${runId}`
  expect(row).toEqual({ input: SENT, output: ANSWERED })
})

it('an event keeps it on its way to a wait, to the runs that it starts and to a later process', async () => {
  const runId = await run([
    { id: 'wait', type: 'flow.wait', params: { event: 'paid', key: '{{ trigger.zulu }}' } },
    post('event', '{{ steps.wait.output.payload }}'),
    post('before', '{{ trigger }}'),
  ])
  await parked(runId)
  const answer = await world.call(
    '/api/v1/events',
    `{"name":"paid","key":"9007199254740993","payload":${SENT}}`,
  )
  expect(answer.status).toBeLessThan(300)
  expect(await ended(world, runId)).toBe('completed')
  expect([sent('event'), sent('before')]).toEqual([SENT, SENT])
})

it('a call of a resume URL gives it', async () => {
  const runId = await run([
    { id: 'hold', type: 'transform.json', params: { expression: 'run.resumeUrls.wait' } },
    { id: 'wait', type: 'flow.wait', params: { for: 'resume' } },
    post('resumed', '{{ steps.wait.output }}'),
  ])
  await parked(runId)
  const steps = await world.store.getSteps(world.workspaceId, runId)
  const url = new URL(String(steps.find(({ path }) => path === 'hold')?.output))
  expect((await world.call(url.pathname, SENT)).status).toBeLessThan(300)
  expect(await ended(world, runId)).toBe('completed')
  expect(sent('resumed')).toBe(SENT)
})

it('a program outside gets it, and what the program gives goes on', async () => {
  const runId = await run([
    { id: 'work', type: 'task.external', params: { queue: 'values', input: '{{ trigger }}' } },
    post('worked', '{{ steps.work.output }}'),
  ])
  await parked(runId)
  const lent = await world.call('/api/v1/tasks/lease', { queue: 'values' })
  expect(lent.text).toContain(`"input":${SENT}`)
  const { id, token } = lent.json<{ items: { id: string; token: string }[] }>().items[0]!
  await world.call(`/api/v1/tasks/${id}/complete`, `{"token":"${token}","output":${ANSWERED}}`)
  expect(await ended(world, runId)).toBe('completed')
  expect(sent('worked')).toBe(ANSWERED)
})

it('a called workflow gets it and gives it back', async () => {
  const called = await world.publish({
    nodes: [
      { id: 'called', type: 'trigger.call' },
      post('inside', '{{ trigger }}'),
      { id: 'give', type: 'transform.json', params: { expression: 'trigger' } },
    ],
    edges: [
      { from: 'called', to: 'inside' },
      { from: 'inside', to: 'give' },
    ],
  })
  const runId = await run([
    { id: 'call', type: 'workflow.call', params: { workflow: called.workflowId, input: '{{ trigger }}' } },
    post('given', '{{ steps.call.output }}'),
  ])
  expect(await ended(world, runId)).toBe('completed')
  expect([sent('inside'), sent('given')]).toEqual([SENT, SENT])
})

it('compares big integers exactly, with literals and with each other', async () => {
  const runId = await run([
    {
      id: 'compare',
      type: 'transform.json',
      params: {
        value: [
          '{{ trigger.zulu = 9007199254740993 }}',
          '{{ trigger.zulu = 9007199254740992 }}',
          '{{ trigger.zulu > 9007199254740992 }}',
          '{{ trigger.zulu < trigger.x and trigger.zulu > 1 }}',
          '{{ [trigger.zulu][0] = 9007199254740993 }}',
        ],
      },
    },
  ])
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual([true, false, true, true, true])
})
