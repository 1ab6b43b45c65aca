import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTempFolder, createTestDatabase, spawnNode } from '@millrace/testkit'
import { expect, test } from 'vitest'

test('runs as a process of its own: owner, sign-in, docs, probes, a clean stop', async () => {
  const database = await createTestDatabase()
  const folder = createTempFolder()
  const service = await spawnNode(fileURLToPath(new URL('../dist/main.js', import.meta.url)), {
    env: {
      DATABASE_URL: database.url,
      MILLRACE_DIR: folder.path,
      PORT: '0',
      LOG_LEVEL: 'info',
      JWT_SECRET: randomBytes(48).toString('base64'),
      MASTER_KEY: randomBytes(32).toString('base64'),
    },
    readyPattern: /workflow ready/,
  })
  const url = /"url":"([^"]+)"/.exec(service.output())?.[1] ?? ''
  expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({
    status: 'ok',
    parts: { database: 'ok' },
  })

  const owner = await readFile(join(folder.path, 'owner.json'), 'utf8')
  expect(service.output()).not.toContain(JSON.parse(owner).password)
  const headers = { 'content-type': 'application/json' }
  const login = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers, body: owner })
  expect(login.status).toBe(200)
  expect(await (await fetch(`${url}/api/openapi.json`)).json()).toHaveProperty([
    'paths',
    '/api/v1/workflows/{workflow}/publish',
  ])
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('millrace_http_request_duration_seconds')

  service.kill('SIGTERM')
  expect(await service.exited).toEqual({ code: 0, signal: null })
  await database.drop()
  folder.remove()
})
