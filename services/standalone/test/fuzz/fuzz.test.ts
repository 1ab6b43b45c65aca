import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ERRORS } from '@millrace/contracts'
import { createTempFolder, freePort, spawnNode } from '@millrace/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from './random.js'
import { type FuzzRequest, type OpenApi, requestsOf } from './requests.js'
import { type Answer, createSender } from './send.js'
import type { Schema } from './values.js'

/**
 * Random hostile requests to every operation that the API describes, on the product itself. None gives a 5xx or no answer
 * at all, and each refusal is a problem document. FUZZ_SEED plays one again; FUZZ_SECONDS goes on for longer; FUZZ_REDIS is a
 * Redis for it, and FUZZ_WORKERS are workers beside it.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_130)
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 6)
/** Requests under way at once. */
const LANES = 8

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const folder = createTempFolder()
let server: Awaited<ReturnType<typeof spawnNode>>
let origin: string

beforeAll(async () => {
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  server = await spawnNode(MAIN, {
    env: {
      MILLRACE_DIR: folder.path,
      PORT: String(port),
      DATABASE_URL: undefined,
      REDIS_URL: process.env['FUZZ_REDIS'],
      WORKERS: process.env['FUZZ_WORKERS'],
    },
    readyPattern: /Stop\s+Ctrl-C/,
  })
})
afterAll(async () => {
  server.kill('SIGTERM')
  await server.exited
  folder.remove()
})

const signIn = async (): Promise<string> => {
  const owner = JSON.parse(readFileSync(join(folder.path, 'owner.json'), 'utf8')) as Record<string, string>
  const body = JSON.stringify({ email: owner['email'], password: owner['password'] })
  const answer = await fetch(`${origin}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return `Bearer ${accessToken}`
}

const DEFINITION = {
  format: 'millrace/v1',
  name: 'fuzzed',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'work', type: 'task.external', params: { queue: 'q' } },
    { id: 'ask', type: 'human.approval', params: { title: 'Well?' } },
    { id: 'heard', type: 'trigger.event', params: { name: 'e' } },
  ],
  edges: [
    { from: 'start', to: 'work' },
    { from: 'start', to: 'ask' },
    { from: 'heard', to: 'work' },
  ],
}

/** Things that are there, so that requests come further than to a look-up. */
const populate = async (authorization: string): Promise<string[]> => {
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown> & { id: string; run: { id: string } }
  }
  const workflow = await call('POST', '/workflows/import', { definition: DEFINITION, publish: true })
  const runs = await Promise.all(
    [1, 2, 3].map((input) => call('POST', '/runs', { workflow: 'fuzzed', input })),
  )
  const credential = await call('POST', '/credentials', {
    name: 'key',
    credential: { type: 'secret', data: { secret: 's' } },
  })
  const ids = [
    ...runs.map(({ run }) => run.id),
    credential.id,
    JSON.stringify(workflow).match(/[0-9a-f-]{36}/)?.[0],
  ]
  return [...ids.filter((id) => id !== undefined), 'fuzzed', 'fuzzed', 'q', 'e', 'work', 'ask', '1', 'key']
}

const complaintOf = ({ hasBody, status, type, body }: Answer): string | undefined => {
  if (status < 400) return status < 200 ? `status ${status}` : undefined
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`
  if (!type.startsWith('application/problem+json')) return `${status} of type ${type}: ${body.slice(0, 200)}`
  if (!hasBody) return undefined
  const problem = JSON.parse(body) as { code?: string; hint?: string; status?: number }
  if (problem.status !== status || !(problem.code !== undefined && problem.code in ERRORS) || !problem.hint)
    return `${status} is no problem document of the catalogue: ${body.slice(0, 200)}`
  return undefined
}

const describeRequest = ({ method, path, headers, body }: FuzzRequest): string =>
  `${method} ${path.slice(0, 300)} ${JSON.stringify(Object.keys(headers))} ${body?.toString().slice(0, 500) ?? ''}`

test(`no request breaks the API (seed ${seed})`, { timeout: (seconds + 60) * 1_000 }, async () => {
  const authorization = await signIn()
  const known = await populate(authorization)
  const document = (await (await fetch(`${origin}/api/openapi.json`)).json()) as OpenApi
  const resolve = (ref: string): Schema =>
    ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], document) as Schema
  const random = new Random(seed)
  const requests = requestsOf(document, { random, known, resolve }, authorization)
  const { send, close } = createSender(origin)
  const complaints: string[] = []
  const statuses = new Map<number, number>()
  const until = performance.now() + seconds * 1_000
  const lane = async () => {
    while (performance.now() < until && complaints.length < 20) {
      const request = requests.next()
      // Two at once may meet where one alone does not.
      const twins = random.chance(0.2) ? [request, request] : [request]
      for (const answer of await Promise.all(
        twins.map((each) => send(each).catch((error: Error) => error)),
      )) {
        if (!(answer instanceof Error)) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        const complaint = answer instanceof Error ? answer.message : complaintOf(answer)
        if (complaint !== undefined) complaints.push(`${complaint}\n  ${describeRequest(request)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  close()
  expect(complaints).toEqual([])
  const sent = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  // Each operation has had its turn several times, and many requests were good ones.
  expect(sent).toBeGreaterThan(requests.count * 2)
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 404, 409]))
})
