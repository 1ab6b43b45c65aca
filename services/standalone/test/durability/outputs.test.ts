import type { Json } from '@millrace/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, storyOf, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

const get = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { url: `${world.upstream.url}/${id}` },
  ...more,
})
const post = (id: string, body: Json = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}`, body },
})
const expression = (id: string, source: string) => ({
  id,
  type: 'transform.json',
  params: { expression: source },
})
const payloadsOf = async (runId: string) =>
  (await world.sql`SELECT key FROM payloads WHERE run_id = ${runId} ORDER BY key`).map((row) => row.key)
const answerLarge = (path: string, size: number) =>
  world.upstream.on(path, (call) => call.answer({ text: 'x'.repeat(size) }))

/**
 *   start ──▶ big ──▶ wait ──▶ merged ──▶ counted        `big` gives 1 MB; the worker dies during `wait`
 */
describe('an output over 256 KB (D21)', () => {
  it('is stored once by reference, and later steps read it in another worker', async () => {
    answerLarge('/big', 1_000_000)
    world.upstream.hold('/wait')
    const version = await world.publish({
      nodes: [
        get('big'),
        post('wait'),
        { id: 'merged', type: 'flow.merge' },
        {
          id: 'script',
          type: 'transform.script',
          params: { code: 'return inputs.big.body.text.length' },
        },
        expression('counted', '$length(steps.merged.output.big.body.text)'),
      ],
      edges: [
        { from: 'start', to: 'big' },
        { from: 'big', to: 'wait' },
        { from: 'big', to: 'merged' },
        { from: 'wait', to: 'merged' },
        { from: 'big', to: 'script' },
        { from: 'wait', to: 'script' },
        { from: 'merged', to: 'counted', when: '$length(steps.big.output.body.text) = 1000000' },
      ],
    })
    const victim = await world.worker({ LEASE_MS: '1000' })
    const runId = await world.start(version)
    await world.upstream.nth('/wait', 1)
    expect(await payloadsOf(runId)).toEqual(['big/1/1'])
    const done = (await world.events(runId)).find(
      (each) => each.type === 'step_succeeded' && each.path === 'big',
    )
    expect(done).toMatchObject({ outputRef: { key: 'big/1/1' } })
    expect(done).not.toHaveProperty('output')
    victim.kill('SIGKILL')
    await victim.exited
    await world.worker()
    const again = await world.upstream.nth('/wait', 2)
    again.answer()
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/big')).toHaveLength(1)
    const output = (path: string) =>
      world.store
        .getSteps(world.workspaceId, runId)
        .then((steps) => steps.find((step) => step.path === path)?.output)
    expect(await output('script')).toBe(1_000_000)
    expect(await output('counted')).toBe(1_000_000)
    // Each output over the limit has a payload of its own, named after the epoch that wrote it.
    expect(await payloadsOf(runId)).toEqual(['big/1/1', 'merged/1/2'])
  })

  it('fails its own step when it is over 32 MB', async () => {
    answerLarge('/part', 9_000_000)
    const whole = {
      id: 'whole',
      type: 'transform.json',
      params: { value: Array.from({ length: 4 }, () => '{{ steps.part.output.body.text }}') },
      onError: 'route',
    } as const
    await world.worker()
    const version = await world.publish({
      nodes: [get('part'), whole, post('tell', '{{ steps.whole.error.code }}')],
      edges: [
        { from: 'start', to: 'part' },
        { from: 'part', to: 'whole' },
        { from: 'whole', port: 'error', to: 'tell' },
      ],
    })
    const runId = await world.start(version)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    expect(storyOf(await world.events(runId), 'whole')).toEqual(['step_started', 'step_failed'])
    expect(world.upstream.to('/tell')[0]?.body).toBe('OUTPUT_TOO_LARGE')
    expect(await payloadsOf(runId)).toEqual(['part/1/1'])
  })
})

describe('what the database refuses all the same (D7)', () => {
  it('fails the one run that cannot be written, with UNSTORABLE_OUTPUT, and none beside it', async () => {
    await world.worker()
    await refuseLines(world, 'poison')
    const version = await world.publish({
      nodes: [{ id: 'log', type: 'log.message', params: { message: '{{ trigger.text }}' } }, post('after')],
    })
    const runIds = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.start(version, { text: index === 7 ? 'poison' : 'fine' }),
      ),
    )
    const statuses = await Promise.all(runIds.map((runId) => ended(world, runId)))
    expect(
      statuses.map((status, index) => (status === 'failed' ? index : -1)).filter((index) => index >= 0),
    ).toEqual([7])
    expect(await world.run(runIds[7] ?? '')).toMatchObject({
      error: { code: 'UNSTORABLE_OUTPUT' },
      workerId: null,
    })
    expect(world.upstream.to('/after')).toHaveLength(19)
  })
})

/** Whatever else a database may refuse: here, events that hold a word. */
const refuseLines = async ({ sql }: World, word: string): Promise<void> => {
  await sql.unsafe(
    `ALTER TABLE run_events ADD CONSTRAINT refuse CHECK (event ->> 'message' IS DISTINCT FROM '${word}')`,
  )
}
