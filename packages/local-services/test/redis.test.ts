import { connect } from 'node:net'
import { join } from 'node:path'
import { isAlive, startRedis } from '@millrace/local-services'
import { createTempFolder, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: ReturnType<typeof createTempFolder>
beforeEach(() => {
  folder = createTempFolder()
})
afterEach(() => folder.remove())

/** Sends inline commands and gives the raw answer to the last. */
const ask = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.once('data', (data) => {
      socket.end()
      resolve(data.toString())
    })
    socket.once('error', reject)
  })

/** A process that has ended may be a zombie for a moment, until its parent has taken note. */
const ended = (pid: number) => waitFor(() => !isAlive(pid), { what: `the end of process ${pid}` })

test('it is set up for a queue, and keeps its data over a restart', async () => {
  const dir = join(folder.path, 'redis')
  const first = await startRedis({ dir })
  expect(first.url).toBe(`redis://127.0.0.1:${first.port}`)
  expect(await ask(first.port, 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  expect(await ask(first.port, 'CONFIG GET appendfsync')).toContain('everysec')
  expect(await ask(first.port, 'CONFIG GET bind')).toContain('127.0.0.1')
  await ask(first.port, 'SET kept yes')
  await first.stop()
  await ended(first.pid)

  const second = await startRedis({ dir, port: first.port })
  expect(await ask(second.port, 'GET kept')).toContain('yes')
  await second.stop()
})

test('without the append-only file a killed Redis has lost its data', async () => {
  const dir = join(folder.path, 'redis')
  const first = await startRedis({ dir, appendOnly: false })
  await ask(first.port, 'SET kept yes')
  process.kill(first.pid, 'SIGKILL')
  await ended(first.pid)
  const second = await startRedis({ dir, appendOnly: false })
  expect(await ask(second.port, 'GET kept')).toBe('$-1\r\n')
  await second.stop()
})
