import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive, startRedis } from '@millrace/local-services'
import { waitFor } from '@millrace/testkit'
import { expect, test } from 'vitest'
import { removeLeftovers } from '../src/leftovers.js'

const runFolderPrefix = (pid: number): string => `millrace-run-${pid}-`

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid

test('servers and folder of a killed run are removed, those of a live one are left alone', async () => {
  const dead = mkdtempSync(join(tmpdir(), runFolderPrefix(deadPid())))
  const live = mkdtempSync(join(tmpdir(), runFolderPrefix(process.pid)))
  const orphan = await startRedis({ dir: join(dead, 'redis'), appendOnly: false })
  const used = await startRedis({ dir: join(live, 'redis'), appendOnly: false })

  await removeLeftovers()
  await waitFor(() => !isAlive(orphan.pid), { what: 'the end of the orphan' })
  expect(existsSync(dead)).toBe(false)
  expect(isAlive(used.pid)).toBe(true)

  await used.stop()
  rmSync(live, { recursive: true })
})
