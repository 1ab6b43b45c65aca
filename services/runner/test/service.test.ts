import { fileURLToPath } from 'node:url'
import { createTestDatabase, spawnNode } from '@millrace/testkit'
import { expect, it } from 'vitest'

const secrets = {
  JWT_SECRET: 'Vb2mQ8rT5yUk1oPs7dGh4jLz9xCw3nEa',
  MASTER_KEY: Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256)).toString('base64'),
}

it.each(['runner', 'scheduler'])(
  'runs the %s as a process of its own, and stops it cleanly',
  async (name) => {
    const database = await createTestDatabase()
    const entry = fileURLToPath(new URL(`../../${name}/dist/main.js`, import.meta.url))
    const service = await spawnNode(entry, {
      env: { DATABASE_URL: database.url, REDIS_URL: undefined, PORT: '0', LOG_LEVEL: 'info', ...secrets },
      readyPattern: new RegExp(`${name} ready`),
    })
    const url = /"url":"([^"]+)"/.exec(service.output())?.[1] ?? ''
    const ready = await fetch(`${url}/health/ready`)
    expect(await ready.json()).toEqual({ status: 'ok', parts: { database: 'ok', queue: 'ok', feed: 'ok' } })
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('millrace_queue_depth')
    service.kill('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
    await database.drop()
  },
)
