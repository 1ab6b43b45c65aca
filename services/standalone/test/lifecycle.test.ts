import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createTempFolder,
  createTestDatabase,
  freePort,
  spawnNode,
  startProxy,
  type TempFolder,
} from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** The whole product as one process, started and stopped as a person would. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** A process with a database of another's makes no secrets itself. */
const SECRETS = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
}

let folder: TempFolder

beforeEach(() => {
  folder = createTempFolder()
})
afterEach(() => folder.remove())

const environment = (port: number | string) => ({
  MILLRACE_DIR: folder.path,
  PORT: String(port),
  DATABASE_URL: undefined,
  REDIS_URL: undefined,
  WORKERS: undefined,
})

describe('the standalone process', () => {
  test('plays the demo, and ends with 0 only after a completed run with a dense stream', async () => {
    const demo = await spawnNode(MAIN, { args: ['--demo'], env: environment(0) })
    expect(await demo.exited).toEqual({ code: 0, signal: null })
    expect(demo.output()).toMatch(/GitHub delivers issues\.opened/)
    expect(demo.output()).toMatch(/run_finished\s+completed/)
  })

  test('keeps its secrets to itself, stops on Ctrl-C, and finds its data again', async () => {
    const port = await freePort()
    const first = await spawnNode(MAIN, {
      args: ['--showcase'],
      env: environment(port),
      readyPattern: /Stop\s+Ctrl-C/,
    })
    expect(statSync(join(folder.path, 'owner.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder.path, 'secrets.json')).mode & 0o777).toBe(0o600)
    first.kill('SIGINT')
    expect(await first.exited).toEqual({ code: 0, signal: null })

    const second = await spawnNode(MAIN, {
      args: ['--showcase'],
      env: environment(port),
      readyPattern: /Stop\s+Ctrl-C/,
    })
    expect(second.output()).not.toMatch(/Added example workflows/)
    expect(second.output()).toMatch(/run_finished\s+completed/)
    const health = await fetch(`http://127.0.0.1:${port}/health/ready`)
    expect(health.status).toBe(200)
    second.kill('SIGTERM')
    expect((await second.exited).code).toBe(0)
  })

  test('names the variable to set when its port is taken, and leaves nothing running', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    const address = blocker.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const refused = await spawnNode(MAIN, { env: environment(port) })
    expect((await refused.exited).code).toBe(1)
    expect(JSON.parse(refused.output().trimEnd().split('\n').at(-1) ?? '').msg).toMatch(/set PORT/)
    expect(existsSync(join(folder.path, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false)
    blocker.close()
  })

  test('ends when its time is over, though the database answers no more, and says so once', async () => {
    const { url, drop } = await createTestDatabase()
    const proxy = await startProxy(url)
    const hanging = await spawnNode(MAIN, {
      env: { ...environment(0), DATABASE_URL: proxy.url, DRAIN_MS: '200', ...SECRETS },
      readyPattern: /Stop\s+Ctrl-C/,
    })
    proxy.stall()
    const begun = performance.now()
    hanging.kill('SIGTERM')
    expect(await hanging.exited).toEqual({ code: 1, signal: null })
    expect(performance.now() - begun).toBeLessThan(12_000)
    expect(hanging.output().match(/not everything could be stopped in time/g)).toHaveLength(1)
    await proxy.close()
    await drop()
  })

  test('forks more workers on request, and takes them down with it', async () => {
    const port = await freePort()
    const server = await spawnNode(MAIN, {
      args: ['--showcase'],
      env: { ...environment(port), WORKERS: '1' },
      readyPattern: /Stop\s+Ctrl-C/,
    })
    expect(server.output()).toMatch(/run_finished\s+completed/)
    server.kill('SIGINT')
    expect((await server.exited).code).toBe(0)
  })
})
