import { fileURLToPath } from 'node:url'
import { createTempFolder, freePort, spawnNode } from '@millrace/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeApi } from '../src/describe.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const folder = createTempFolder()

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly requestBody?: { readonly content: Record<string, unknown> }
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Record<string, unknown>
  readonly security?: readonly unknown[]
}
interface OpenApi {
  readonly security?: readonly unknown[]
  readonly paths: Record<string, Record<string, Operation>>
}

let server: Awaited<ReturnType<typeof spawnNode>>
let document: OpenApi

/** As a client's generator reads it: from the product itself, with the routes of every service. */
beforeAll(async () => {
  const port = await freePort()
  server = await spawnNode(MAIN, {
    env: { MILLRACE_DIR: folder.path, PORT: String(port), DATABASE_URL: undefined, REDIS_URL: undefined },
    readyPattern: /Stop\s+Ctrl-C/,
  })
  document = (await (await fetch(`http://127.0.0.1:${port}/api/openapi.json`)).json()) as OpenApi
})
afterAll(async () => {
  server.kill('SIGTERM')
  await server.exited
  folder.remove()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, at: `${method} ${path}`, ...operation })),
  )

function* refsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    if (key === '$ref' && typeof member === 'string') yield member
    else yield* refsIn(member)
  }
}

const resolve = (ref: string): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document)

test('every reference of the API description leads somewhere, those of definitions into themselves', () => {
  const refs = new Set(refsIn(document))
  expect(refs).toContain('#/components/schemas/Body')
  for (const ref of refs) expect([ref, typeof resolve(ref)]).toEqual([ref, 'object'])
})

test('every operation has a name of its own, says what it does, and what it answers', () => {
  const all = operations()
  expect(all.length).toBeGreaterThan(40)
  for (const { at, summary, operationId, responses } of all) {
    expect([at, summary]).toEqual([at, expect.stringMatching(/^[A-Z].{5}/)])
    expect([at, operationId]).toEqual([at, expect.stringMatching(/^[a-z][A-Za-z0-9]+$/)])
    expect([at, Object.keys(responses).some((status) => /^[23]/.test(status))]).toEqual([at, true])
  }
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length)
})

test('a token is asked for everywhere but where an operation says that none is', () => {
  expect(document.security).toEqual([{ bearer: [] }])
  const open = operations().filter(({ security }) => security?.length === 0)
  expect(open.map(({ path }) => path)).toContain('/resume/{token}')
})

test('the parameters of every path are described', () => {
  for (const { path, at, parameters = [] } of operations()) {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).toSorted()
    const described = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
    expect([at, described.toSorted()]).toEqual([at, inPath])
  }
})

test('the description made without any server is the one that the product serves', async () => {
  expect(JSON.parse(JSON.stringify(await describeApi()))).toEqual(document)
})

test('webhooks are described for every method they take, with bodies, answers and how callers prove themselves', () => {
  const hooks = document.paths['/hooks/{workspace}/{rest}'] ?? {}
  expect(Object.keys(hooks).sort()).toEqual(['delete', 'get', 'patch', 'post', 'put'])
  for (const [method, { parameters, requestBody, responses, security, description }] of Object.entries(
    hooks,
  )) {
    expect(parameters?.map((each) => `${each.in} ${each.name}`)).toEqual(['path workspace', 'path rest'])
    expect(Object.keys(responses).sort()).toEqual(['200', '202', 'default'])
    expect(security).toEqual([])
    expect(description).toMatch(/HMAC/)
    const bodies = Object.keys(requestBody?.content ?? {})
    if (method === 'get') expect(bodies).toEqual([])
    else expect(bodies).toContain('application/x-www-form-urlencoded')
  }
})
