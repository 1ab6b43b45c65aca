import { subscribe } from 'node:diagnostics_channel'

/** Loaded before a worker: a call of CHAOS_DEADLY_PATH kills it as no handler can, at the moment it leaves. */

const { CHAOS_DEADLY_PATH: path } = process.env

subscribe('undici:request:create', (message) => {
  if ((message as { request: { path: string } }).request.path === path) process.kill(process.pid, 'SIGKILL')
})
