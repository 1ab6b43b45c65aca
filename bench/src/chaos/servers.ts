import { createConnection } from 'node:net'
import { join } from 'node:path'
import { type RunningPostgres, type RunningRedis, startPostgres, startRedis } from '@millrace/local-services'

/** A durable Postgres that can be restarted on its port. */
export interface BreakablePostgres {
  readonly url: string
  /** `crash` loses whatever is not in its log; `stop` says goodbye first. Resolves once it is back. */
  restart(how: 'crash' | 'stop'): Promise<void>
  stop(): Promise<void>
}

export async function openPostgres(folder: string): Promise<BreakablePostgres> {
  const options = { dataDir: join(folder, 'postgres'), guarded: false }
  let server: RunningPostgres = await startPostgres(options)
  const { url, port } = server
  const leave = dieWithUs(() => server.pid)
  return {
    url,
    async restart(how) {
      if (how === 'crash') process.kill(server.pid, 'SIGQUIT')
      await server.stop()
      server = await startPostgres({ ...options, port })
    },
    async stop() {
      leave()
      await server.stop()
    },
  }
}

/** A Redis with an append-only file, synced every second, that can be restarted on its port. */
export interface BreakableRedis {
  readonly url: string
  /** Killed with -9: what was not yet synced is lost. Resolves once it is back. */
  restart(): Promise<void>
  /** FLUSHALL. */
  empty(): Promise<void>
  stop(): Promise<void>
}

export async function openRedis(folder: string): Promise<BreakableRedis> {
  const dir = join(folder, 'redis')
  let server: RunningRedis = await startRedis({ dir })
  const { url, port } = server
  const leave = dieWithUs(() => server.pid)
  return {
    url,
    async restart() {
      process.kill(server.pid, 'SIGKILL')
      await server.stop()
      server = await startRedis({ dir, port })
    },
    empty: () => say(port, 'FLUSHALL'),
    async stop() {
      leave()
      await server.stop()
    },
  }
}

/** By hand: one word needs no client. */
const say = (port: number, command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })

/**
 * They run in sessions of their own, and would outlive a program that is interrupted.
 * @returns a function that ends the watch, once the server has been stopped.
 */
const dieWithUs = (pidOf: () => number): (() => void) => {
  const kill = () => void process.kill(pidOf(), 'SIGQUIT')
  process.once('exit', kill)
  return () => void process.off('exit', kill)
}
