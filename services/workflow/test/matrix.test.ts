import { isAllowed, ROLE_PERMISSIONS } from '@millrace/auth'
import type { Role } from '@millrace/contracts'
import { type DeclaredRoute, listRoutes } from '@millrace/http-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { newName, simpleFlow, useWorld } from './world.js'

/** Every route of the router, so that a new one is in by itself: one that takes a body needs a good one here. */
const BODIES: Record<string, () => unknown> = {
  'POST /api/v1/workflows': () => ({ definition: simpleFlow(newName()) }),
  'PUT /api/v1/workflows/:workflow/draft': () => ({ definition: simpleFlow(newName()), baseRevision: 1 }),
  'POST /api/v1/workflows/:workflow/publish': () => ({}),
  'POST /api/v1/workflows/import': () => ({ definition: simpleFlow(newName()), publish: true }),
  'POST /api/v1/workflows/deploy': () => ({ definition: simpleFlow(newName()) }),
  'POST /api/v1/validate': () => ({ definition: simpleFlow(newName()) }),
  'POST /api/v1/credentials': () => ({
    name: newName(),
    credential: { type: 'secret', data: { secret: 'x' } },
  }),
  // An address that is not called at all.
  'POST /api/v1/credentials/test': () => ({
    credential: { type: 'bearer', data: { token: 'x' } },
    url: 'http://127.0.0.1/',
  }),
  'POST /api/v1/credentials/:id/test': () => ({ url: 'http://127.0.0.1/' }),
}

const world = useWorld()
let target: { workflow: string; credential: string }

const addTarget = async () => {
  const made = await world().call('POST', '/workflows', { definition: simpleFlow(newName()) })
  const { id: workflow } = made.json()
  expect((await world().call('POST', `/workflows/${workflow}/publish`, {})).statusCode).toBe(201)
  const body = { name: newName(), credential: { type: 'secret', data: { secret: 'x' } } }
  return { workflow, credential: (await world().call('POST', '/credentials', body)).json().id }
}

beforeAll(async () => {
  target = await addTarget()
})

const guarded = (): DeclaredRoute[] =>
  listRoutes(world().app).filter(
    ({ method, permission, url }) =>
      permission !== 'public' && method !== 'HEAD' && url.startsWith('/api/v1/'),
  )

const fill = (url: string): string =>
  url
    .replace('/api/v1', '')
    .replace(':workflow', target.workflow)
    .replace(':number', '1')
    .replace('/credentials/:id', `/credentials/${target.credential}`)

const ask = (route: DeclaredRoute, as: Parameters<ReturnType<typeof world>['call']>[3]) => {
  const key = `${route.method} ${route.url}`
  const path = fill(route.url)
  expect(path, `${key} has a parameter that this test does not know`).not.toContain(':')
  const needsBody = route.method === 'POST' || route.method === 'PUT'
  if (needsBody) expect(BODIES, 'a route that takes a body').toHaveProperty([key])
  const method = route.method as 'GET' | 'POST' | 'PUT' | 'DELETE'
  return world().call(method, path, needsBody ? BODIES[key]?.() : undefined, as)
}

/** Everything of `home`, to see that nothing of it changes. */
const contents = () => world().sql`
  SELECT (SELECT jsonb_agg(to_jsonb(w) ORDER BY id) FROM workflows w WHERE workspace_id = ${world().home.id}) AS w,
    (SELECT jsonb_agg(to_jsonb(v) ORDER BY id) FROM workflow_versions v
      WHERE workspace_id = ${world().home.id}) AS v,
    (SELECT jsonb_agg(to_jsonb(c) ORDER BY id) FROM credentials c WHERE workspace_id = ${world().home.id}) AS c`

describe('matrix of every route', () => {
  test('there are routes', () => {
    expect(guarded().length).toBeGreaterThan(12)
  })

  test('nobody gets in without a token', async () => {
    for (const route of guarded())
      expect([route.url, (await ask(route, null)).statusCode]).toEqual([route.url, 401])
  })

  test('nothing of one workspace is readable or writable from another (I9)', async () => {
    const before = await contents()
    for (const route of guarded()) {
      const answer = await ask(route, { workspace: world().away })
      const place = `${route.method} ${route.url}`
      expect(answer.statusCode, place).toBeLessThan(500)
      if (route.url.includes('/:')) expect(answer.statusCode, place).toBe(404)
      for (const id of [target.workflow, target.credential, world().home.id])
        if (answer.statusCode < 400) expect(answer.body, place).not.toContain(id)
    }
    expect(await contents()).toEqual(before)
  })

  test.each(Object.keys(ROLE_PERMISSIONS) as Role[])('%s may do what the role allows', async (role) => {
    for (const route of guarded()) {
      if (route.method === 'DELETE') target = await addTarget()
      const { statusCode } = await ask(route, { role })
      const place = `${role} ${route.method} ${route.url}`
      const allowed =
        route.permission === 'authenticated' ||
        (route.permission !== 'public' && route.permission !== 'webhook' && isAllowed(role, route.permission))
      if (allowed) expect([401, 403], place).not.toContain(statusCode)
      else expect(statusCode, place).toBe(403)
      expect(statusCode, place).toBeLessThan(500)
    }
  })
})
