import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Connections, openConnections } from '@millrace/connections'
import { createApp, type DeclaredRoute, listRoutes } from '@millrace/http-api'
import { runnerPlugin } from '@millrace/runner-service'
import { workflowPlugin } from '@millrace/workflow-service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeys } from '../src/identity.js'

const CONF = readFileSync(new URL('../../../deploy/nginx.conf', import.meta.url), 'utf8')
const DOCKERIGNORE = readFileSync(new URL('../../../.dockerignore', import.meta.url), 'utf8')
/** Routes are declared without any server: nobody listens there. */
const NOWHERE = '127.0.0.1:1'

let connections: Connections
beforeAll(async () => {
  connections = await openConnections({
    databaseUrl: `postgres://${NOWHERE}/none`,
    redisUrl: `redis://${NOWHERE}`,
    name: 'test',
    onError: () => undefined,
  })
})
afterAll(() => connections.close())

/** The routes of each service, as its router has them. */
const routesOf = async (service: 'runner' | 'workflow'): Promise<readonly DeclaredRoute[]> => {
  const { sql } = connections.database
  const publicUrl = 'http://localhost'
  const http = { host: '', port: 0, publicUrl, trustProxy: false, metricsToken: undefined } as const
  const secrets = { jwtSecret: randomBytes(48).toString('base64'), masterKey: randomBytes(32) }
  const keys = createKeys(sql, { http, secrets })
  const app = createApp({ name: service, authenticate: keys.tokens.authenticate })
  const log = { warn: () => undefined, error: () => undefined }
  await app.register(
    service === 'workflow'
      ? workflowPlugin({ ...keys, sql, publicUrl, allowPrivate: [] })
      : runnerPlugin({
          ...connections,
          sql,
          useCredential: keys.credentials.use,
          resumeTokens: keys.resumeTokens,
          resumeUrl: keys.resumeUrl,
          log,
          random: () => 0,
        }),
  )
  await app.ready()
  const routes = listRoutes(app)
  await app.close()
  return routes
}

interface Location {
  readonly matches: (path: string) => boolean
  readonly regex: boolean
  readonly length: number
  readonly body: string
}

const locations: readonly Location[] = [
  ...CONF.matchAll(/^ {2}location (=|~)? ?(\S+) \{\n([^}]*)\n {2}\}/gm),
].map(([, kind, pattern = '', body = '']) => ({
  matches: (path) =>
    kind === '~'
      ? new RegExp(pattern).test(path)
      : kind === '='
        ? path === pattern
        : path.startsWith(pattern),
  regex: kind === '~',
  length: kind === '=' ? Number.POSITIVE_INFINITY : pattern.length,
  body,
}))

/** As nginx chooses: an exact location, else the first regular expression, else the longest prefix. */
const locationOf = (path: string): Location | undefined => {
  const [longest] = locations
    .filter(({ regex, matches }) => !regex && matches(path))
    .sort((a, b) => b.length - a.length)
  if (longest?.length === Number.POSITIVE_INFINITY) return longest
  return locations.find(({ regex, matches }) => regex && matches(path)) ?? longest
}

const serviceOf = (path: string) => /proxy_pass http:\/\/\$(\w+);/.exec(locationOf(path)?.body ?? '')?.[1]

const examplePath = (url: string) => url.replaceAll(/:\w+/g, 'x').replace('*', 'a/b')

test.each(['runner', 'workflow'] as const)(
  'the proxy sends every route of the %s service to it',
  async (service) => {
    const paths = new Set((await routesOf(service)).map(({ url }) => examplePath(url)))
    expect(paths.size).toBeGreaterThan(10)
    expect([...paths].filter((path) => serviceOf(path) !== service)).toEqual([])
  },
)

test('streams and long answers of the runner reach their caller unbuffered', async () => {
  for (const { url } of await routesOf('runner'))
    expect(locationOf(examplePath(url))?.body).toMatch(/proxy_buffering off;.*proxy_read_timeout 1h;/s)
})

test('probes and metrics stay inside, and the description of the API is that of both services', () => {
  for (const path of ['/metrics', '/health/ready']) expect(locationOf(path)?.body).toContain('return 404')
  for (const path of ['/api/openapi.json', '/api/docs/json'])
    expect(locationOf(path)?.body).toContain('try_files /openapi.json')
  for (const path of ['/api/docs', '/api/docs/static/index.css']) expect(serviceOf(path)).toBe('workflow')
})

test('no file that may hold secrets gets into the image', () => {
  const lines = DOCKERIGNORE.split('\n')
  for (const line of ['**/.env', '**/.env.*', '**/.millrace']) expect(lines).toContain(line)
})
