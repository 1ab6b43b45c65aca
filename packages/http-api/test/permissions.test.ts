import { isAllowed } from '@millrace/auth'
import { permission } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { declareForAll, listRoutes } from '../src/index.js'
import { actorOf, ROLES, testApp } from './app-for-test.js'

describe('permissions', () => {
  test('an app with a route that declares none does not boot', async () => {
    const app = testApp()
    app.get('/open', { config: { permission: 'public' } }, async () => 'ok')
    app.get('/forgotten', async () => 'ok')
    await expect(app.ready()).rejects.toThrow('route GET /forgotten declares no permission')
  })

  test('nor one whose plugin forgot, unless the scope speaks for it', async () => {
    const forgetful = async (scope: ReturnType<typeof testApp>) => {
      scope.get('/page', async () => 'ok')
    }
    const bad = testApp()
    bad.register(forgetful)
    await expect(bad.ready()).rejects.toThrow('/page declares no permission')

    const good = testApp()
    good.register(async (scope) => {
      declareForAll(scope, 'public')
      await scope.register(forgetful)
    })
    await good.ready()
    expect(listRoutes(good)).toContainEqual({ method: 'GET', url: '/page', permission: 'public' })
  })

  test.each(ROLES)('%s reaches what the role allows and nothing else', async (role) => {
    const app = testApp()
    for (const name of permission.options)
      app.get(`/${name}`, { config: { permission: name } }, async (request) => request.actor)
    for (const name of permission.options) {
      const anonymous = await app.inject({ url: `/${name}` })
      expect([anonymous.statusCode, anonymous.json().code]).toEqual([401, 'UNAUTHENTICATED'])
      const answer = await app.inject({ url: `/${name}`, headers: { authorization: `Bearer ${role}` } })
      if (isAllowed(role, name)) expect(answer.json()).toEqual(actorOf(role))
      else expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN'])
    }
  })

  test('a stranger is refused before the body is read', async () => {
    const app = testApp()
    app.post('/things', { config: { permission: 'workflow.write' } }, async () => 'ok')
    const answer = await app.inject({ method: 'POST', url: '/things', payload: 'not json' })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  test('a public route has nobody: reading the actor is refused', async () => {
    const app = testApp()
    app.get('/open', { config: { permission: 'public' } }, async (request) => request.actor.email)
    expect((await app.inject({ url: '/open' })).statusCode).toBe(401)
  })
})
