import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { listRoutes, registerDocs, registerProbes, typed } from '../src/index.js'
import { testApp } from './app-for-test.js'

describe('docs', () => {
  test('OpenAPI 3.1 with schemas, problems and permissions, and a page that loads only from here', async () => {
    const app = testApp()
    await registerDocs(app, { title: 'Test', version: '1.0.0' })
    const schema = { body: z.object({ name: z.string() }), response: { 200: z.object({ id: z.string() }) } }
    typed(app).post('/api/v1/things', { config: { permission: 'workflow.write' }, schema }, async () => ({
      id: 'x',
    }))
    await app.ready()

    const document = (await app.inject({ url: '/api/openapi.json' })).json()
    expect(document.openapi).toBe('3.1.0')
    const operation = document.paths['/api/v1/things'].post
    expect(operation.requestBody.content['application/json'].schema.properties.name).toEqual({
      type: 'string',
    })
    expect(
      operation.responses.default.content['application/problem+json'].schema.properties.code,
    ).toBeDefined()
    expect(operation.description).toContain('workflow.write')

    const page = await app.inject({ url: '/api/docs' })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("script-src 'self';")
    expect(page.body).not.toMatch(/<script>|https?:\/\//)
    for (const asset of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const answer = await app.inject({ url: new URL(asset[1] ?? '', 'http://x/api/docs').pathname })
      expect([asset[1], answer.statusCode]).toEqual([asset[1], 200])
    }
    expect(listRoutes(app).filter((route) => route.url.startsWith('/api/docs'))).not.toEqual([])
  })
})

describe('probes', () => {
  const metrics = { contentType: 'text/plain', metrics: async () => 'up 1\n' }

  test('live always, ready only when every part is', async () => {
    let postgres = 'ok'
    const app = testApp()
    registerProbes(app, { ready: async () => ({ postgres, queue: 'ok' }) })
    expect((await app.inject({ url: '/health/live' })).json()).toEqual({ status: 'ok' })
    expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200)
    postgres = 'connection refused'
    const answer = await app.inject({ url: '/health/ready' })
    expect([answer.statusCode, answer.json().parts]).toEqual([
      503,
      { postgres: 'connection refused', queue: 'ok' },
    ])
    expect((await app.inject({ url: '/metrics' })).statusCode).toBe(404)
  })

  test('metrics are for this machine, or for who has the token', async () => {
    const app = testApp()
    registerProbes(app, { ready: async () => ({}), metrics, metricsToken: 'scrape' })
    const status = async (remoteAddress: string, headers = {}) =>
      (await app.inject({ url: '/metrics', remoteAddress, headers })).statusCode
    expect(await status('127.0.0.1')).toBe(200)
    expect(await status('127.0.0.1', { 'x-forwarded-for': '1.2.3.4' })).toBe(401)
    expect(await status('10.0.0.1')).toBe(401)
    expect(await status('10.0.0.1', { authorization: 'Bearer wrong!' })).toBe(401)
    expect(await status('10.0.0.1', { authorization: 'Bearer scrape' })).toBe(200)
  })

  test('without a token nobody else gets in', async () => {
    const app = testApp()
    registerProbes(app, { ready: async () => ({}), metrics })
    const answer = await app.inject({
      url: '/metrics',
      remoteAddress: '10.0.0.1',
      headers: { authorization: 'Bearer ' },
    })
    expect(answer.statusCode).toBe(401)
  })
})
