import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from '@millrace/http-api'
import { createTempFolder } from '@millrace/testkit'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registerWebApp } from '../src/web-app.js'

const folder = createTempFolder()
let app: FastifyInstance

beforeAll(async () => {
  mkdirSync(join(folder.path, 'assets'))
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>Millrace</title>')
  writeFileSync(join(folder.path, 'assets/index-abc.js'), 'export {}')
  app = createApp({
    name: 'test',
    authenticate: () => Promise.reject(new Error('no route here asks who calls')),
  })
  await registerWebApp(app, folder.path)
  await app.ready()
})

afterAll(async () => {
  await app?.close()
  folder.remove()
})

const get = (url: string) => app.inject({ method: 'GET', url })

test.each(['/', '/workflows', '/runs/some-run?view=graph', '/assets/index-abc.js'])(
  '%s comes with a policy that runs scripts of this origin alone, and may be framed by nobody',
  async (url) => {
    const { statusCode, headers } = await get(url)
    expect(statusCode).toBe(200)
    const policy = String(headers['content-security-policy'])
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]))
    expect(rules.get('default-src')).toEqual(["'none'"])
    expect(rules.get('script-src')).toEqual(["'self'"])
    expect(rules.get('connect-src')).toEqual(["'self'"])
    expect(rules.get('frame-ancestors')).toEqual(["'none'"])
    expect(rules.get('base-uri')).toEqual(["'none'"])
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
  },
)

test('files with a hash in their name are kept for ever, the page is asked for again', async () => {
  expect((await get('/assets/index-abc.js')).headers['cache-control']).toContain('immutable')
  expect((await get('/workflows')).headers['cache-control']).toBe('no-cache')
})

test.each(['/api/v1/nothing', '/hooks/default/nothing', '/assets/gone.js'])(
  '%s gives no page in place of an error',
  async (url) => {
    const { statusCode, headers } = await get(url)
    expect(statusCode).toBe(404)
    expect(headers['content-type']).toContain('application/problem+json')
  },
)

test('what a request makes its answer depend on is refused in the words of the API', async () => {
  for (const url of ['/workflows', '/assets/index-abc.js']) {
    const failed = await app.inject({ url, headers: { 'if-match': '"another"' } })
    expect(failed.json()).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    expect((await app.inject({ url, headers: { range: 'bytes=900000-' } })).statusCode).toBe(200)
    expect((await app.inject({ url, headers: { 'if-none-match': '*' } })).statusCode).toBe(304)
  }
})
