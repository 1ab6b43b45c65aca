import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { NodeProcess } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../durability/world.js'
import {
  allEnded,
  answerFromOutside,
  lostAttempts,
  type Outcome,
  outcomeOf,
  publishDouble,
  startWithEvents,
} from './outcomes.js'
import { playPattern, publishPatterns } from './patterns.js'
import { randomShape } from './random-shape.js'
import { shapesOf } from './shapes.js'

/**
 * The patterns of `packages/engine/conformance`, thirty shapes, and random graphs, on two workers one of which is killed
 * with -9 every few seconds: each comes to what it comes to undisturbed. GRAPHS_SECONDS a queue, GRAPHS_SEED to go on from.
 */
const seconds = Number(process.env['GRAPHS_SECONDS'] ?? 45)
const firstSeed = Number(process.env['GRAPHS_SEED'] ?? 1)
const RANDOM_A_ROUND = 25
const COPIES = 2
const KILL_EVERY_MS = 2_500

/** Plays it once, to its end. */
type Play = () => Promise<string>

/** Runs what it is given, so many at a time. */
class Lanes {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}

const starts = new Lanes(8)
let world: World
let plays: Map<string, Play>
let workers: NodeProcess[]
let kills: number
let outside: { readonly url: string; readonly double: string }

/** On a machine that has much else to do a start may take too long; then another one is made. */
const startWorker = async (tries = 5): Promise<NodeProcess> => {
  try {
    return await world.worker({ LEASE_MS: '1000' })
  } catch (error) {
    if (tries === 1) throw error
    return startWorker(tries - 1)
  }
}

const open = async (redisUrl: string | null | undefined) => {
  const opened = await openWorld(redisUrl === undefined ? {} : { redisUrl })
  const { start } = opened
  // Few at a time: what is tried here is not how many can be rung for at once.
  world = { ...opened, start: (...run) => starts.run(() => start(...run)) }
  world.scheduler()
  answerFromOutside(world)
  outside = { url: world.upstream.url, double: (await publishDouble(world)).workflowId }
  plays = new Map()
  for (const [name, shape] of Object.entries(shapesOf(outside))) {
    const version = await world.publish(shape)
    plays.set(name, () => startWithEvents(world, version))
  }
  for (const pattern of await publishPatterns(world))
    plays.set(`pattern ${pattern.name}`, () => playPattern(world, pattern))
  workers = [await startWorker(), await startWorker()]
  kills = 0
}

const randomPlays = async (seed: number): Promise<Map<string, Play>> => {
  const random = new Map<string, Play>()
  for (let at = seed; at < seed + RANDOM_A_ROUND; at += 1) {
    const version = await world.publish(randomShape(at, outside))
    random.set(`random ${at}`, () => startWithEvents(world, version))
  }
  return random
}

interface Played {
  readonly runIds: string[]
  readonly outcomes: Map<string, Outcome>
}

const playAll = async (all: ReadonlyMap<string, Play>): Promise<Played> => {
  const runs = await Promise.all([...all].map(async ([name, play]) => [name, await play()] as const))
  const runIds = runs.map(([, runId]) => runId)
  await allEnded(world, runIds, 300_000)
  const outcomes = new Map<string, Outcome>()
  for (const [name, runId] of runs) outcomes.set(name, await outcomeOf(world, runId))
  return { runIds, outcomes }
}

/** Kills one worker after the other, each replaced at once, until `over`. */
const killUntil = async (over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    await delay(KILL_EVERY_MS, undefined, { signal: over }).catch(() => undefined)
    if (over.aborted) return
    const victim = workers.shift()
    victim?.kill('SIGKILL')
    await victim?.exited
    kills += 1
    workers.push(await startWorker())
  }
}

const playWhileKilling = async (all: ReadonlyMap<string, Play>): Promise<Played[]> => {
  const over = new AbortController()
  const killing = killUntil(over.signal)
  const played = await Promise.all(Array.from({ length: COPIES }, () => playAll(all)))
  over.abort()
  await killing
  return played
}

const differences = (expected: ReadonlyMap<string, Outcome>, { outcomes }: Played): string[] =>
  [...outcomes].flatMap(([name, outcome]) =>
    outcome.faults.length === 0 && isDeepStrictEqual(outcome, expected.get(name))
      ? []
      : [`${name}: ${JSON.stringify(outcome)} instead of ${JSON.stringify(expected.get(name))}`],
  )

beforeEach(() => {
  kills = 0
})
afterEach(() => world.end(), 60_000)

describe.each(['redis', 'postgres'] as const)('graphs on %s', (backend) => {
  it(
    'come to the same, however often workers are killed meanwhile',
    async () => {
      await open(backend === 'postgres' ? null : undefined)
      const fixed = (await playAll(plays)).outcomes
      const until = performance.now() + seconds * 1_000
      let [seed, runs, lost] = [firstSeed, 0, 0]
      const wrong: string[] = []
      while (performance.now() < until && wrong.length < 10) {
        const random = await randomPlays(seed)
        seed += RANDOM_A_ROUND
        const expected = new Map([...fixed, ...(await playAll(random)).outcomes])
        for (const outcome of expected.values()) expect(outcome.faults).toEqual([])
        for (const played of await playWhileKilling(new Map([...plays, ...random]))) {
          runs += played.runIds.length
          lost += await lostAttempts(world, played.runIds)
          wrong.push(...differences(expected, played))
        }
        console.log(`${backend}: ${runs} runs, ${kills} kills, ${lost} attempts lost, ${wrong.length} wrong`)
      }
      expect(wrong).toEqual([])
      expect(lost).toBeGreaterThan(0)
    },
    (seconds + 300) * 1_000,
  )
})
