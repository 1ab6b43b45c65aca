import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTempFolder } from '@millrace/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makePlan } from '../src/chaos/plan.js'
import { type Outcome, problemsOf } from '../src/chaos/play.js'

const MAIN = fileURLToPath(new URL('../dist/chaos/main.js', import.meta.url))
const FAULTS = [
  'worker-kill',
  'redis-loss',
  'postgres-restart',
  'worker-pause',
  'black-hole',
  'duplicates',
  'clock',
  'blocked-loop',
  'poison',
  'hand-over',
  'disk-full',
]

describe('the chaos suite', () => {
  it('loses, repeats and invents nothing under any fault (I1 to I6), in its short form', async () => {
    const folder = createTempFolder()
    onTestFinished(() => folder.remove())
    const file = join(folder.path, 'chaos.json')
    const env = { ...process.env, QUICK: '1', JSON: file, FAULT: '', RUNS: '' }
    const { stderr } = await promisify(execFile)(process.execPath, [MAIN], { env }).catch((error) => {
      throw new Error(`the chaos suite failed:\n${error.stderr}`)
    })
    const rows = JSON.parse(await readFile(file, 'utf8')) as Outcome['row'][]
    // Where the machine lets us mount no disk, the suite says so and leaves that fault out.
    const played = FAULTS.filter((fault) => !stderr.includes(`${fault} on postgres: left out`))
    expect(rows.map((row) => row.fault)).toEqual(played)
    for (const row of rows) {
      expect(row).toMatchObject({ lost: 0, repeated: 0, seqGaps: 0, staleWrites: 0 })
      expect(row.accepted).toBeGreaterThanOrEqual(25)
      expect(row.completed).toBeGreaterThanOrEqual(row.accepted)
    }
  }, 900_000)
})

describe('its plan', () => {
  const everything = { quick: false, faults: undefined, runs: undefined }

  it('plays every fault on both backends, but for those that only one has', () => {
    const backends = (fault: string) =>
      makePlan(everything).flatMap((part) => (part.fault === fault ? [part.backend] : []))
    for (const fault of FAULTS) {
      const only = { 'redis-loss': ['redis'], 'disk-full': ['postgres'] }[fault]
      expect(backends(fault)).toEqual(only ?? ['redis', 'postgres'])
    }
  })

  it('takes a choice of faults and a number of runs', () => {
    const parts = makePlan({ ...everything, faults: ['clock'], runs: 7 })
    expect(parts.map(({ fault, runs }) => [fault, runs])).toEqual([
      ['clock', 7],
      ['clock', 7],
    ])
    expect(() => makePlan({ ...everything, faults: ['flood'] })).toThrow('there is no fault flood')
  })
})

describe('its oracle', () => {
  const row: Outcome['row'] = {
    ...{ fault: 'x', backend: 'redis' as const, accepted: 2, completed: 2, lost: 0, repeated: 0 },
    ...{ seqGaps: 0, staleWrites: 0, recoveryP99Ms: null },
  }
  const findings = { ...row, fenced: 0, unseen: 0, badEnds: { 'failed POISON': 1 } }
  const load = {
    accepted: new Map([
      [0, new Set(['a'])],
      [1, new Set(['b'])],
    ]),
    answers: new Map(),
    done: Promise.resolve(),
  }

  it('has nothing to say when all is well', () => {
    expect(problemsOf(row, findings, load, 2)).toEqual([])
  })

  it.each(['lost', 'repeated', 'seqGaps', 'staleWrites'] as const)(
    'does not pass with one of %s',
    (figure) => {
      expect(problemsOf({ ...row, [figure]: 1 }, findings, load, 2)).toEqual([`${figure} is 1`])
    },
  )

  it('does not pass when too little happened', () => {
    expect(problemsOf(row, findings, load, 3)).toEqual(['only 2 of 3 were accepted'])
    expect(problemsOf({ ...row, completed: 1 }, findings, load, 2)).toEqual([
      '1 accepted runs did not complete: {"failed POISON":1}',
    ])
    expect(problemsOf(row, { ...findings, unseen: 1 }, load, 2)).toEqual([
      '1 completed writes never reached the outside',
    ])
  })
})
