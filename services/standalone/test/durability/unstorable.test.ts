import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, openWorld, storyOf, type World } from './world.js'

type Nodes = Parameters<World['publish']>[0]['nodes']

let world: World
beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
})
afterAll(() => world.end())

const NUL = '{{ "a\\u0000b" }}'
const script = (code: string) => ({ type: 'transform.script', params: { code } })
const post = (id: string, body: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body },
})
const task = { type: 'task.external', params: { queue: 'q' } }

/** Each gives the database, by a door of its own, what that cannot keep. */
const DOORS: Record<string, { readonly type: string; readonly params: object }> = {
  'an output': script('return { list: [{ name: "a\\u0000b" }] }'),
  'a key of an output': script('return { ["k\\u0000"]: 1 }'),
  'half of a surrogate pair': script('return "\\ud83d"'),
  'the event that a wait is for': { type: 'flow.wait', params: { event: NUL } },
  'the key that a wait is for': { type: 'flow.wait', params: { event: 'paid', key: NUL } },
  'the title of an approval': { type: 'human.approval', params: { title: NUL } },
  'an assignee': { type: 'human.approval', params: { title: 't', assignees: { users: [NUL] } } },
  'the queue of a task': { ...task, params: { queue: NUL } },
  'the input of a task': { ...task, params: { queue: 'q', input: { deep: [NUL] } } },
  'the name of an event': { type: 'event.publish', params: { name: NUL } },
  'the key of an event': { type: 'event.publish', params: { name: 'n', key: NUL } },
  'the payload of an event': { type: 'event.publish', params: { name: 'n', payload: [NUL] } },
  'the name of a called workflow': { type: 'workflow.call', params: { workflow: NUL } },
  'the input of a call': { type: 'workflow.call', params: { workflow: 'any', input: [NUL] } },
  'an answer to the caller': { type: 'http.respond', params: { status: 200, body: { text: NUL } } },
  'the output of a stop': { type: 'flow.stop', params: { status: 'completed', output: [NUL] } },
}

describe('what cannot be stored (D7)', () => {
  it.each(Object.entries(DOORS))(
    'fails the step that gives it, and its onError applies: %s',
    async (_name, door) => {
      const nodes = [
        { id: 'before', type: 'transform.json', params: { value: 'kept' } },
        { id: 'bad', ...door, onError: 'continue' },
        { id: 'after', type: 'transform.json', params: { expression: 'steps.bad.output.error' } },
      ]
      const runId = await world.start(await world.publish({ nodes: nodes as Nodes }))
      expect(await ended(world, runId)).toBe('completed')
      const { output } = await world.run(runId)
      expect(output).toMatchObject({ code: 'UNSTORABLE_VALUE', retryable: false })
      const steps = await world.store.getSteps(world.workspaceId, runId)
      expect(steps.find(({ path }) => path === 'before')).toMatchObject({
        status: 'completed',
        output: 'kept',
      })
      expect('polluted' in {}).toBe(false)
    },
  )

  it('names what it found and where', async () => {
    const nodes = [{ id: 'bad', ...script('return { list: [{ name: "a\\u0000b" }] }') }]
    const runId = await world.start(await world.publish({ nodes }))
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({
      code: 'UNSTORABLE_VALUE',
      message: 'the output holds the character U+0000 at /list/0/name',
    })
  })

  it.each([
    [
      script('return { a: { ["k\\u0000"]: 1 } }'),
      'the output holds a key with the character U+0000 at /a/k\ufffd',
    ],
    [
      script('return { ["\\ud83d/"]: 1 }'),
      'the output holds a key with half of a surrogate pair at /\ufffd~1',
    ],
    [{ type: 'event.publish', params: { name: NUL } }, 'the event holds the character U+0000 at /name'],
    [
      { type: 'event.publish', params: { name: 'n', key: NUL } },
      'the event holds the character U+0000 at /key',
    ],
    [
      { type: 'event.publish', params: { name: 'n', payload: { a: NUL } } },
      'the event holds the character U+0000 at /payload/a',
    ],
    [
      { type: 'workflow.call', params: { workflow: NUL } },
      'the call holds the character U+0000 at /workflow',
    ],
    [
      { type: 'workflow.call', params: { workflow: 'any', input: [NUL] } },
      'the call holds the character U+0000 at /input/0',
    ],
  ])('names the place as its author wrote it: %o', async (node, message) => {
    const runId = await world.start(await world.publish({ nodes: [{ id: 'bad', ...node }] as Nodes }))
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ code: 'UNSTORABLE_VALUE', message })
  })

  it('fails a run whose key it is in, and says so once', async () => {
    for (const settings of [
      { concurrency: { limit: 1, key: NUL } },
      { rateLimit: { runs: 1, perMs: 1_000, key: NUL } },
      { debounce: { waitMs: 1, key: NUL } },
    ]) {
      const nodes = [{ id: 'never', type: 'transform.json', params: { value: 1 } }]
      const runId = await world.start(await world.publish({ nodes, settings }))
      expect(await ended(world, runId)).toBe('failed')
      expect((await world.run(runId)).error).toMatchObject({
        code: 'UNSTORABLE_VALUE',
        message: `/settings/${Object.keys(settings)[0]}/key: the value holds the character U+0000`,
      })
    }
  })

  it('fails a map over it, small or in pages', async () => {
    for (const count of [3, 2_500]) {
      const items = `$map([1..${count}], function($i) { $i = 3 ? "a\\u0000" : $i })`
      const nodes = [
        {
          id: 'map',
          type: 'flow.map',
          params: { items: `{{ ${items} }}` },
          body: { nodes: [{ id: 'each', type: 'transform.json', params: { value: 1 } }] },
          onError: 'continue',
        },
        { id: 'after', type: 'transform.json', params: { expression: 'steps.map.output.error.code' } },
      ]
      const runId = await world.start(await world.publish({ nodes: nodes as Nodes }))
      expect(await ended(world, runId)).toBe('completed')
      expect((await world.run(runId)).output).toBe('UNSTORABLE_VALUE')
    }
  })

  it('leaves finished neighbours finished, and undoes them when the run fails for it', async () => {
    const nodes = [
      { ...post('charge', 'x'), compensate: 'refund' },
      post('refund', '{{ steps.charge.status }}'),
      { id: 'bad', ...script('return "\\u0000"') },
    ]
    const edges = [
      { from: 'start', to: 'charge' },
      { from: 'charge', to: 'bad' },
    ]
    const runId = await world.start(await world.publish({ nodes: nodes as Nodes, edges }))
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ code: 'UNSTORABLE_VALUE' })
    expect(storyOf(await world.events(runId), 'charge')).toContain('step_succeeded')
    expect(world.upstream.to('/charge')).toHaveLength(1)
    expect(world.upstream.to('/refund')).toHaveLength(1)
  })

  it('is written with U+FFFD where it only tells of the run: in logs and errors', async () => {
    const nodes = [
      {
        id: 'log',
        type: 'log.message',
        params: { message: 'one{{ "\\u0000" }}two', data: { n: NUL } },
        onError: 'continue',
      },
      { id: 'thrown', ...script('throw new Error("no\\u0000way")'), onError: 'continue' },
      { id: 'spelled', ...script('return "\\\\u0000 and \\\\ud800"') },
    ]
    const runId = await world.start(await world.publish({ nodes: nodes as Nodes }))
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toBe('\\u0000 and \\ud800')
    const failed = (await world.events(runId)).find(
      (event) => 'path' in event && event.path === 'thrown' && 'error' in event,
    )
    expect(JSON.stringify(failed)).toContain('no\ufffdway')
    const line = (await world.events(runId)).find((event) => event.type === 'step_log')
    expect(line).toMatchObject({ message: 'one\ufffdtwo', data: { n: 'a\ufffdb' } })
  })

  it.each([
    ['MALFORMED_JSON', { '/answer': '{"a":{"__proto__":{"polluted":true}}}' }, '/a/__proto__'],
    ['NUMBER_TOO_LARGE', { '/answer': '{"a":[1,1e309]}' }, '/a/1'],
  ])('refuses an answer with %s, and says where', async (code, answers, where) => {
    for (const [path, answer] of Object.entries(answers))
      world.upstream.on(path, (call) => call.answer(answer))
    const nodes = [{ ...post('answer', 'x'), onError: 'continue' }]
    const runId = await world.start(await world.publish({ nodes: nodes as Nodes }))
    expect(await ended(world, runId)).toBe('completed')
    const { output } = await world.run(runId)
    expect(output).toMatchObject({ error: { code, message: expect.stringContaining(where) } })
  })

  it('refuses __proto__ of a script, and nothing is polluted', async () => {
    const nodes = [{ id: 'bad', ...script('return JSON.parse(\'{"a":{"__proto__":{"polluted":true}}}\')') }]
    const runId = await world.start(await world.publish({ nodes }))
    expect(await ended(world, runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ message: expect.stringContaining('__proto__') })
    expect('polluted' in {}).toBe(false)
  })

  it('keeps what is called constructor or prototype', async () => {
    const value = { constructor: { prototype: 1 }, prototype: '{{ trigger.constructor }}' }
    const nodes = [
      { id: 'made', type: 'transform.json', params: { value } },
      { id: 'same', ...script('return steps.made.output') },
      post('told', '{{ steps.same.output }}'),
    ]
    const version = await world.publish({ nodes: nodes as Nodes })
    const runId = await world.start(version, { constructor: 'given' })
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/told')[0]?.body).toBe('{"constructor":{"prototype":1},"prototype":"given"}')
  })

  it('is refused of those who end a wait, who may try again', async () => {
    const nodes = [{ id: 'work', type: 'task.external', params: { queue: 'doors' } }]
    const runId = await world.start(await world.publish({ nodes }))
    const lent = await waitFor(
      async () =>
        (await world.post('/tasks/lease', { queue: 'doors' })).json<{
          items: { id: string; token: string }[]
        }>().items[0],
      { what: 'the task', timeoutMs: 20_000 },
    )
    const complete = (output: unknown) =>
      world.post(`/tasks/${lent.id}/complete`, { token: lent.token, output })
    expect((await complete('a\0b')).status).toBe(400)
    expect((await complete('\ud800')).status).toBe(400)
    expect((await complete('fine')).status).toBe(200)
    expect(await ended(world, runId)).toBe('completed')
  })
})
