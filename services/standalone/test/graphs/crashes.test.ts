import { type NodeProcess, waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorld, type Version, type World } from '../durability/world.js'
import {
  allEnded,
  answerFromOutside,
  lostAttempts,
  type Outcome,
  outcomeOf,
  publishDouble,
  startWithEvents,
} from './outcomes.js'
import { type Shape, shapesOf } from './shapes.js'

let world: World
let shapes: Map<string, Version>

beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  answerFromOutside(world)
  const double = await publishDouble(world)
  const all: Record<string, Shape> = shapesOf({ url: world.upstream.url, double: double.workflowId })
  shapes = new Map()
  for (const [name, shape] of Object.entries(all)) shapes.set(name, await world.publish(shape))
}, 120_000)
afterAll(() => world.end(), 60_000)

async function startAll(): Promise<Map<string, string>> {
  const started = [...shapes].map(
    async ([name, version]) => [name, await startWithEvents(world, version)] as const,
  )
  return new Map(await Promise.all(started))
}

const outcomes = async (runs: ReadonlyMap<string, string>): Promise<Map<string, Outcome>> => {
  await allEnded(world, [...runs.values()])
  return new Map(
    await Promise.all([...runs].map(async ([name, runId]) => [name, await outcomeOf(world, runId)] as const)),
  )
}

/** Lets the outside see so many more calls, then kills the worker with -9 and starts another. */
async function killAfter(calls: number, victim: NodeProcess): Promise<NodeProcess> {
  const from = world.upstream.calls.length
  await waitFor(() => world.upstream.calls.length >= from + calls, {
    what: `${calls} calls`,
    timeoutMs: 60_000,
  })
  victim.kill('SIGKILL')
  await victim.exited
  return world.worker({ LEASE_MS: '1000' })
}

it('thirty workflows come to the same, whether or not workers are killed meanwhile', async () => {
  let worker = await world.worker({ LEASE_MS: '1000' })
  const undisturbed = await outcomes(await startAll())
  expect(undisturbed.size).toBeGreaterThanOrEqual(30)

  const disturbed = startAll()
  for (const calls of [8, 12, 20]) worker = await killAfter(calls, worker)
  const compared = await outcomes(await disturbed)
  expect(await lostAttempts(world, (await disturbed).values())).toBeGreaterThan(0)
  for (const [name, outcome] of undisturbed) {
    expect(outcome.faults, name).toEqual([])
    expect(compared.get(name), name).toEqual(outcome)
  }
}, 300_000)
