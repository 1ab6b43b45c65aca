import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { startMachine } from '../environment.js'
import { fillHistory } from './fill.js'
import { filtersOf, type RunFilter } from './filters.js'

/**
 * How long the run list takes at a million runs (`--runs N`), filter by filter: the first page and, where there are as
 * many, one five pages further on. Milliseconds in the store, of a page of 50. Exit code 1 when one takes longer than 50.
 */
const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000000' } } })
const LIMIT_MS = 50
const PAGE = 50
const ROUNDS = 20
const DEPTH = 5
const say = (line: string): void =>
  console.error(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${line}`)

interface Figure {
  readonly name: string
  readonly first: number
  readonly deep: number | undefined
  readonly rows: number
  /** Whether the first page was bounded before it was full. */
  readonly bounded: boolean
}

const p95 = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.ceil(figures.length * 0.95) - 1] ?? Number.NaN

const machine = await startMachine()
const figures: Figure[] = []
const environment = await machine.environment('postgres')
try {
  const { database, store } = environment.connections
  const history = await fillHistory(database.sql, Number(values.runs), say)
  const page = (filter: RunFilter, cursor: string | null) =>
    store.listRuns(history.workspaceId, filter, cursor, PAGE)
  const time = async (filter: RunFilter, cursor: string | null): Promise<number> => {
    const taken: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now()
      await page(filter, cursor)
      taken.push(performance.now() - startedAt)
    }
    return p95(taken)
  }
  const measure = async (name: string, filter: RunFilter): Promise<Figure> => {
    const { items, searchedTo } = await page(filter, null)
    let cursor: string | null = null
    for (let depth = 0; depth < DEPTH; depth++) {
      cursor = (await page(filter, cursor)).nextCursor
      if (cursor === null) break
    }
    const first = await time(filter, null)
    const deep = cursor === null ? undefined : await time(filter, cursor)
    return { name, first, deep, rows: items.length, bounded: searchedTo !== undefined }
  }
  for (const [name, filter] of Object.entries(filtersOf(history, Date.now())))
    figures.push(await measure(name, filter))
} finally {
  await environment.close()
  await machine.stop()
}

const slow = figures.filter(({ first, deep = 0 }) => Math.max(first, deep) > LIMIT_MS)
console.log(`${'filter'.padEnd(36)}  rows   first p95    deep p95`)
for (const { name, first, deep, rows, bounded } of figures)
  console.log(
    `${name.padEnd(36)}  ${String(rows).padStart(4)}${bounded ? '+' : ' '}  ${first.toFixed(1).padStart(7)} ms  ` +
      `${deep === undefined ? '' : `${deep.toFixed(1).padStart(7)} ms`}`,
  )
console.log(`${slow.length} of ${figures.length} take longer than ${LIMIT_MS} ms; + a page that was bounded`)
process.exitCode = slow.length === 0 ? 0 : 1
