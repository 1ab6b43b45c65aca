import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { freePort } from '../port.js'
import { isAlive, poll, sendSignal, spawnDetached, tail } from '../process.js'
import { findRedis } from './find.js'

export interface RedisOptions {
  /** Made if missing. Holds the append-only file and the log. */
  readonly dir: string
  /** Default: any free one. */
  readonly port?: number
  /** Writes survive a restart, but for the last second. Default true. */
  readonly appendOnly?: boolean
  /** Logical databases; default 16. */
  readonly databases?: number
  /** Lines for people: what is going on. */
  readonly onLog?: (line: string) => void
}

export interface RunningRedis {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Stops it within 10 s. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 30_000
const SHUTDOWN_GRACE_MS = 5_000

/**
 * A Redis of our own on 127.0.0.1, set up as BullMQ needs it: never evicts a key.
 * @throws Error when the machine has no Redis, or with the end of its log when it does not start.
 */
export const startRedis = async (options: RedisOptions): Promise<RunningRedis> => {
  const command = findRedis(options.onLog ?? (() => {}))
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true })
  const port = await freePort(options.port)
  const logFile = resolve(dir, 'redis.log')
  const child = await spawnDetached(command, redisArguments(dir, port, options), { cwd: dir, logFile })
  const pid = child.pid!
  // Answers only once the append-only file has been read.
  await poll(async () => !isAlive(pid) || (await answersPing(port)), READY_WITHIN_MS)
  if (!isAlive(pid)) throw new Error(`Redis did not start. Its log, ${logFile}, ends with:\n${tail(logFile)}`)
  return { url: `redis://127.0.0.1:${port}`, port, pid, stop: () => stopRedis(pid) }
}

const redisArguments = (dir: string, port: number, options: RedisOptions): string[] => {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    pidfile: resolve(dir, 'redis.pid'),
    // Keeps `dir` in the command line, by which the process is recognised.
    'set-proc-title': 'no',
    databases: String(options.databases ?? 16),
    save: '',
    appendonly: options.appendOnly === false ? 'no' : 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  }
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolveAnswer) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (yes: boolean) => {
      socket.destroy()
      resolveAnswer(yes)
    }
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (data) => answer(data.toString().startsWith('+PONG')))
    socket.once('error', () => answer(false))
    socket.setTimeout(1_000, () => answer(false))
  })

const stopRedis = async (pid: number): Promise<void> => {
  sendSignal(pid, 'SIGTERM')
  if (!(await poll(() => !isAlive(pid), SHUTDOWN_GRACE_MS))) sendSignal(pid, 'SIGKILL')
}
