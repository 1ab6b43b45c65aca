import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Loaded before a worker: when the answer to a call of CHAOS_BLOCK_PATH comes in, its event loop stands still for
 * CHAOS_BLOCK_MS. Once on a site: whoever makes the file `blocked` in its folder, with its pid, is the one.
 */

const { CHAOS_BLOCK_PATH: path, CHAOS_BLOCK_MS, CHAOS_FOLDER: folder = '' } = process.env

subscribe('undici:request:headers', (message) => {
  if ((message as { request: { path: string } }).request.path !== path || !claimFile()) return
  // Not a busy loop: it would take the processor from the worker that has to take over.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(CHAOS_BLOCK_MS))
})

function claimFile(): boolean {
  try {
    writeFileSync(join(folder, 'blocked'), String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}
