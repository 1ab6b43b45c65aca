import { afterAll, beforeAll, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, simpleWorkflow, type World } from './world.js'

let world: World
let authorization: string

beforeAll(async () => {
  world = await openWorld('postgres')
  authorization = await world.token('admin')
})
afterAll(async () => {
  await world.end()
})

const post = (path: string, payload: object) =>
  world.app.inject({ method: 'POST', url: `/api/v1${path}`, headers: { authorization }, payload })
const listed = async (workflow: string): Promise<string[]> => {
  const answer = await world.app.inject({
    url: `/api/v1/runs?workflow=${workflow}`,
    headers: { authorization },
  })
  return answer.json().items.map(({ id }: { id: string }) => id)
}
const archive = (id: string) =>
  world.sql`UPDATE workflows SET archived_at = clock_timestamp() WHERE id = ${id}`

/** A run of a workflow that is deleted once it has failed. */
const failThenDelete = async (name: string) => {
  const { workflowId } = await world.publish(simpleWorkflow(name))
  const { run } = (await post('/runs', { workflow: name })).json()
  const producer = await Producer.claim(world, run.id)
  await producer.start()
  await world.sql`
    UPDATE runs SET status = 'failed', finished_at = now(), worker_id = NULL, error = '{"code":"POISON","message":"x"}'
    WHERE id = ${run.id}`
  await archive(workflowId)
  return { workflowId, runId: run.id as string }
}

it('lists the runs of a deleted workflow by its id, and by its name while no other has it', async () => {
  const { workflowId, runId } = await failThenDelete('gone')
  expect(await listed(workflowId)).toEqual([runId])
  expect(await listed('gone')).toEqual([runId])
  await world.publish(simpleWorkflow('gone'))
  expect(await listed('gone')).toEqual([])
  expect(await listed(workflowId)).toEqual([runId])
})

it('starts nothing of a deleted workflow: no run, retry, rerun, bulk retry or redrive', async () => {
  const { workflowId, runId } = await failThenDelete('closed')
  expect((await post('/runs', { workflow: workflowId })).json().code).toBe('NOT_FOUND')
  for (const version of ['same', 'latest'])
    for (const [path, body] of [
      ['retry', { version }],
      ['retry/preview', { version }],
      ['rerun', { version, from: 'work' }],
      ['rerun/preview', { version, from: 'work' }],
    ] as const)
      expect((await post(`/runs/${runId}/${path}`, body)).json()).toMatchObject({
        status: 409,
        code: 'WORKFLOW_DELETED',
      })
  const { items } = (
    await world.app.inject({ url: '/api/v1/dead-letters', headers: { authorization } })
  ).json()
  const letters = items.find((group: { workflowId: string }) => group.workflowId === workflowId)
  const redriven = (await post(`/dead-letters/${letters.fingerprint}/redrive`, {})).json()
  expect(redriven).toMatchObject({ redriven: [], refused: [{ runId, code: 'WORKFLOW_DELETED' }] })
})

it('lets a run that is under way be cancelled, and go on to its end', async () => {
  const { workflowId } = await world.publish(simpleWorkflow('going'))
  const { run } = (await post('/runs', { workflow: 'going' })).json()
  const producer = await Producer.claim(world, run.id)
  await archive(workflowId)
  await producer.start()
  await producer.finish({ done: true })
  const answer = await world.app.inject({ url: `/api/v1/runs/${run.id}`, headers: { authorization } })
  expect(answer.json()).toMatchObject({ status: 'completed', workflowName: 'going' })
})
