import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  remove(): void
}

/** An empty folder that the account of an embedded Postgres can enter too. */
export const createTempFolder = (prefix = 'millrace-test-'): TempFolder => {
  const path = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(path, 0o711)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
