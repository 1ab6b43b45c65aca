import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTempFolder } from '@millrace/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { percentiles } from '../src/latency.js'
import { formatPicture, type Mark, partsOf } from '../src/lone/parts.js'
import { formatJson, formatTable, type Row } from '../src/report.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const BOTH = ['redis', 'postgres'].flatMap((backend) =>
  ['W1', 'W2', 'W3', 'W4', 'W5'].map((workload) => ({ workload, backend })),
)
const FIGURES = ['runsPerSecond', 'floorRunsPerSecond', 'ratio', 'p50Ms', 'p95Ms', 'p99Ms']

describe('the benchmark', () => {
  it('measures every workload on both backends, and prints finite figures', async () => {
    const folder = await createTempFolder()
    onTestFinished(() => folder.remove())
    const file = join(folder.path, 'bench.json')
    const env = { ...process.env, QUICK: '1', JSON: file }
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN], { env })
    const rows = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[]
    expect(rows).toMatchObject(BOTH)
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['workload', 'backend', ...FIGURES])
      for (const figure of FIGURES) {
        expect(row[figure]).toBeGreaterThan(0)
        expect(Number.isFinite(row[figure])).toBe(true)
      }
    }
    for (const { workload, backend } of BOTH)
      expect(stdout).toMatch(new RegExp(`^${workload} +${backend} `, 'm'))
    for (const backend of ['redis', 'postgres'])
      for (const what of ['processes of their own', 'all in one process'])
        expect(stdout).toMatch(new RegExp(`^a lone run on ${backend}, ${what}: [0-9.]+ ms$`, 'm'))
  }, 180_000)
})

describe('the picture of a lone run', () => {
  const marks: Mark[] = [
    ['accepting', 2],
    ['accepted', 3],
    ['begun', 4],
    ['flushing', 5],
    ['durable', 6],
    ['flushing', 7],
    ['durable', 9],
    ['heard', 10],
  ].map(([mark, at]) => ({ runId: 'r', mark, at }) as Mark)

  it('has a part between each two marks, the last of those that come twice', () => {
    const parts = partsOf([{ sentAt: 0, answeredAt: 12 }], marks)
    expect(parts.map(({ ms }) => ms)).toEqual([2, 1, 1, 3, 2, 1, 2])
    expect(formatPicture('W1', parts)).toMatch(/^W1: 12\.0 ms\n {2}request.* 2\.00 ms {2}█/)
  })

  it('leaves out requests that lack a mark', () => {
    const requests = [
      { sentAt: 0, answeredAt: 12 },
      { sentAt: 20, answeredAt: 99 },
    ]
    expect(partsOf(requests, marks)[0]?.ms).toBe(2)
  })
})

describe('reports', () => {
  const latency = { p50Ms: 1.23456, p95Ms: 2, p99Ms: 3 }
  const row: Row = {
    ...{ workload: 'W1', backend: 'redis', runsPerSecond: 1234.56, floorRunsPerSecond: 2469.12, ratio: 0.5 },
    ...latency,
    floorLatency: { p50Ms: 0.5, p95Ms: 0.6, p99Ms: 0.7 },
  }

  it('give the figures to four digits, and for people to less', () => {
    expect(JSON.parse(formatJson([row]))).toEqual([
      {
        ...{ workload: 'W1', backend: 'redis', runsPerSecond: 1235, floorRunsPerSecond: 2469, ratio: 0.5 },
        ...{ p50Ms: 1.235, p95Ms: 2, p99Ms: 3 },
      },
    ])
    expect(formatTable([row])).toMatch(/^W1 +redis +1235 +2469 +0\.50 +1\.2 +2\.0 +3\.0 +0\.5 +0\.6 +0\.7$/m)
  })

  it('take percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect(percentiles(hundred)).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 })
    expect(percentiles([7])).toEqual({ p50Ms: 7, p95Ms: 7, p99Ms: 7 })
  })
})
