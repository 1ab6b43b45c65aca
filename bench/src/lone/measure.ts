import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../environment.js'
import { type Served, serve, serveStandalone } from '../latency.js'
import { formatPicture, type Mark, partsOf, type Request } from './parts.js'

const PRELOAD = fileURLToPath(new URL('./preload/note-marks.js', import.meta.url))

/** Where the milliseconds of a lone run go, with services that are processes of their own, and with all in one. */
export async function drawPictures(
  environment: Environment,
  path: string,
  requests: number,
  warmUp: number,
): Promise<string> {
  const { backend } = environment
  const draw = async (what: string, start: (environment: Environment) => Promise<Served>) =>
    formatPicture(
      `a lone run on ${backend}, ${what}`,
      await measure(environment, start, path, requests, warmUp),
    )
  const apart = await draw('processes of their own', serve)
  return `${apart}\n\n${await draw('all in one process', serveStandalone)}`
}

async function measure(
  environment: Environment,
  start: (environment: Environment) => Promise<Served>,
  path: string,
  requests: number,
  warmUp: number,
) {
  const file = join(environment.env['MILLRACE_DIR'] ?? '', `marks-${crypto.randomUUID()}`)
  const env = { ...environment.env, NODE_OPTIONS: `--import=${PRELOAD}`, BENCH_MARKS: file }
  const served = await start({ ...environment, env })
  const all: Request[] = []
  try {
    for (let i = 0; i < requests + warmUp; i++) all.push(await post(`${served.url}/hooks/default/${path}`))
  } finally {
    await served.stop()
  }
  const marks = (await readFile(file, 'utf8'))
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [parse(line)]))
  await rm(file)
  return partsOf(
    all.slice(warmUp),
    marks.toSorted((a, b) => a.at - b.at),
  )
}

const parse = (line: string): Mark => JSON.parse(line) as Mark

async function post(url: string): Promise<Request> {
  const sentAt = now()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: '{"n":1}' })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}`)
  return { sentAt, answeredAt: now() }
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6
