import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempFolder, spawnNode, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: ReturnType<typeof createTempFolder>
beforeEach(() => {
  folder = createTempFolder()
})
afterEach(() => folder.remove())

const entry = (source: string): string => {
  const path = join(folder.path, 'entry.mjs')
  writeFileSync(path, source)
  return path
}

test('it waits until the process is ready, gives its output, and tells how it ended', async () => {
  const started = await spawnNode(
    entry(`console.log('up', process.env.GREETING, process.argv[2]); setInterval(() => {}, 60_000)`),
    { env: { GREETING: 'hello' }, args: ['there'], readyPattern: /^up /m },
  )
  expect(started.output()).toBe('up hello there\n')
  started.kill('SIGKILL')
  expect(await started.exited).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a process that ends before it is ready is an error with its output', async () => {
  const spawning = spawnNode(entry(`console.error('no database'); process.exit(3)`), {
    readyPattern: /ready/,
  })
  await expect(spawning).rejects.toThrow(/ended before it was ready[\s\S]*no database/)
})

test('a process that never gets ready is killed', async () => {
  const spawning = spawnNode(entry(`console.log(process.pid); setInterval(() => {}, 60_000)`), {
    readyPattern: /ready/,
    readyTimeoutMs: 300,
  })
  await expect(spawning).rejects.toThrow(/in vain for \/ready\//)
})

test('waiting gives the answer, and names what did not come', async () => {
  let asked = 0
  expect(await waitFor(() => (++asked === 3 ? 'third' : undefined), { what: 'three' })).toBe('third')
  await expect(waitFor(() => null, { what: 'the tide', timeoutMs: 30 })).rejects.toThrow(
    'waited 30 ms in vain for the tide',
  )
})
