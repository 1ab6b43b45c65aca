import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '@millrace/local-services'
import { createTempFolder } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canEnter, canRun, postgresAccount } from '../src/postgres/account.js'
import { binariesIn, findBinaries } from '../src/postgres/binaries.js'
import { findPlace } from '../src/postgres/place.js'

/** A folder like /root: only its owner passes. */
let closed: ReturnType<typeof createTempFolder>
beforeEach(() => {
  closed = createTempFolder()
  chmodSync(closed.path, 0o700)
})
afterEach(() => closed.remove())

const isRoot = process.getuid?.() === 0

describe.runIf(isRoot)('started by root below a closed folder', () => {
  test('the cluster lives in an open place, which the data folder names', async () => {
    const dataDir = join(closed.path, 'postgres')
    const first = await startPostgres({ dataDir })
    await first.stop()
    const base = readFileSync(join(dataDir, 'location'), 'utf8')
    expect(base).toMatch(/^\/var\/tmp\/millrace-[0-9a-f]{8}-/)
    const second = await startPostgres({ dataDir })
    expect(second.port).toBe(first.port)
    await second.stop()
    expect(readFileSync(join(dataDir, 'location'), 'utf8')).toBe(base)

    rmSync(base, { recursive: true })
    await expect(startPostgres({ dataDir })).rejects.toThrow(/which is gone/)
  })

  test('binaries that cannot be reached are copied there, once', async () => {
    const account = postgresAccount()
    const installed = await findBinaries()
    const hidden = binariesIn(join(closed.path, 'native'))
    // The one program, not 60 MB: what is tested is where it goes.
    mkdirSync(join(hidden.root, 'bin'), { recursive: true })
    cpSync(installed.postgres, hidden.postgres)
    cpSync(join(installed.root, 'lib'), join(hidden.root, 'lib'), { recursive: true, verbatimSymlinks: true })
    expect(canRun(account, hidden.postgres)).toBe(false)

    const place = await findPlace(join(closed.path, 'postgres'), hidden, account)
    expect(place.binaries.root).toMatch(/^\/var\/tmp\/millrace-.*\/postgres-[0-9a-f]{8}$/)
    expect(canRun(account, place.binaries.postgres)).toBe(true)
    expect(canEnter(account, place.binaries.root)).toBe(true)
    const again = await findPlace(join(closed.path, 'postgres'), hidden, account)
    expect(again.binaries).toEqual(place.binaries)
    rmSync(join(place.binaries.root, '..'), { recursive: true })
  })
})
