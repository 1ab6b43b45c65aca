import { uuidv7 } from '@millrace/db'
import { decodePlaces, PLACES_TOPIC, type PlacesPayload, workerTopic } from '@millrace/feed'
import { type ClaimedRun, encodeHandedRun } from '@millrace/run-store'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, type Gate, gateOn, openWorld, type TestWorker, type Version, type World } from './world.js'

let world: World
let away: string
let version: Version
let gate: Gate
beforeEach(async () => {
  world = await openWorld()
  away = uuidv7()
  await world.sql`INSERT INTO workspaces (id, slug, name) VALUES (${away}, 'away', 'Away')`
  gate = gateOn('putPayload')
  // start ──▶ echo          it keeps its place until its output is stored, if that is a large one
  const echo = { id: 'echo', type: 'transform.json', params: { expression: 'trigger' } }
  version = await world.publish({ nodes: [echo], edges: [{ from: 'start', to: 'echo' }] })
})
afterEach(() => world.end())

const LARGE = 'x'.repeat(300_000)
const PLACES = 2

/** A worker whose ordinary places are all held by runs of one workspace, while more of them wait. */
const crowded = async (): Promise<{
  worker: TestWorker
  runIds: string[]
  told: () => PlacesPayload[]
}> => {
  const heard: PlacesPayload[] = []
  await world.feed.subscribe(PLACES_TOPIC, (payload) => void heard.push(decodePlaces(payload)))
  const worker = await world.worker({ concurrency: PLACES }, gate.wrap)
  const runIds = await Promise.all(Array.from({ length: PLACES + 2 }, () => world.start(version, LARGE)))
  await gate.reached(PLACES)
  // Other tests have workers on the same Redis.
  const told = () => heard.filter(({ workerId }) => workerId === worker.id)
  return { worker, runIds, told }
}
const letAllGo = async (runIds: readonly string[]) => {
  for (const nth of runIds.keys()) {
    await gate.reached(nth + 1)
    gate.pass(nth + 1)
  }
  for (const runId of runIds) expect(await ended(world, runId)).toBe('completed')
}
/** Accepts a run for the worker, and hands it over. */
const hand = async (worker: TestWorker, workspaceId: string, input: string): Promise<ClaimedRun> => {
  const run = { id: uuidv7(), workspaceId, ...version, trigger: 'start', input } as const
  const facts = { priority: 'normal', idempotencyKey: null, requestHash: null } as const
  const result = await world.store.accept({ ...run, ...facts, claimFor: worker.id })
  if (result.kind !== 'accepted' || result.claimed === undefined) throw new Error('it is not the worker’s')
  await world.feed.publish([
    { topic: workerTopic(worker.id), payload: encodeHandedRun(result.claimed, 7_000) },
  ])
  return result.claimed
}
const givenBack = (run: ClaimedRun) =>
  waitFor(async () => (await world.run(run.id)).workerId === null, { what: 'the run to be given back' })

describe('an express place (D11, D19)', () => {
  it('lets a run begin whose workspace has nothing under way, while another’s hold all ordinary places', async () => {
    const { worker, runIds } = await crowded()
    for (const input of ['first', 'second']) {
      const run = await hand(worker, away, input)
      expect(await ended(world, run.id)).toBe('completed')
      expect((await world.run(run.id)).epoch).toBe(1)
    }
    expect(worker.held).toBe(PLACES)
    await letAllGo(runIds)
  })

  it('is for no run of the workspace that holds the others, nor for a second one of its own', async () => {
    const { worker, runIds } = await crowded()
    const more = await hand(worker, world.workspaceId, 'more')
    await givenBack(more)
    const alone = await hand(worker, away, LARGE)
    await gate.reached(PLACES + 1)
    const second = await hand(worker, away, 'second')
    await givenBack(second)
    expect(worker.held).toBe(PLACES + 1)
    await letAllGo([...runIds, alone.id])
    for (const run of [more, second]) expect(await ended(world, run.id)).toBe('completed')
  })

  it('is reserved in the same process for the workspace that may have it', async () => {
    const { worker, runIds } = await crowded()
    const run = (workspaceId: string) => ({ id: uuidv7(), workspaceId })
    expect(worker.near.reserve(run(world.workspaceId))).toBeUndefined()
    const place = worker.near.reserve(run(away))
    expect(place?.workerId).toBe(worker.id)
    expect(worker.near.reserve(run(away))).toBeUndefined()
    place?.release()
    worker.near.reserve(run(away))?.release()
    await letAllGo(runIds)
  })

  it('is told of, with the workspaces that are not meant', async () => {
    const { worker, runIds, told } = await crowded()
    await waitFor(() => told().at(-1)?.free === 0, { what: 'a word of the full worker' })
    expect(told()[0]).toEqual({ workerId: worker.id, free: PLACES, express: 2, crowding: [] })
    expect(told().at(-1)).toEqual({ workerId: worker.id, free: 0, express: 2, crowding: [world.workspaceId] })
    await letAllGo(runIds)
  })

  it('is there when the worker holds as many runs as it may, for a few more (I10)', async () => {
    world.upstream.hold('/slow')
    const slow = { id: 'slow', type: 'http.request', params: { url: `${world.upstream.url}/slow` } }
    const holding = await world.publish({ nodes: [slow], edges: [{ from: 'start', to: 'slow' }] })
    const full = await world.worker({ maxHeld: 1 })
    await world.start(holding)
    await world.upstream.nth('/slow', 1)
    const run = (workspaceId: string) => ({ id: uuidv7(), workspaceId })
    expect(full.near.reserve(run(world.workspaceId))).toBeUndefined()
    const places = Array.from({ length: 3 }, () => full.near.reserve(run(uuidv7())))
    expect(places.map((place) => place !== undefined)).toEqual([true, true, false])
    for (const place of places) place?.release()
    await world.upstream.answer('/slow', 1)
  })
})
