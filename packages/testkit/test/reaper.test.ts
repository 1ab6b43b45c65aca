import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isAlive } from '@millrace/local-services'
import { spawnNode, waitFor } from '@millrace/testkit'
import { expect, test } from 'vitest'

const FIXTURE = fileURLToPath(new URL('./fixtures/start-everything.mjs', import.meta.url))

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'servers, children and folders of a process go with it, also after %s',
  async (signal) => {
    const parent = await spawnNode(FIXTURE, { readyPattern: /\}\n/ })
    const { folder, pids }: { folder: string; pids: number[] } = JSON.parse(parent.output())
    expect([existsSync(folder), pids.map(isAlive)]).toEqual([true, [true, true, true]])
    parent.kill(signal)
    await parent.exited
    await waitFor(() => !existsSync(folder) && !pids.some(isAlive), { what: 'the end of everything' })
  },
)
