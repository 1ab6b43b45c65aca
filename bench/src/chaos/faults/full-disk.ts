import { execFile } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openDatabase } from '@millrace/db'
import { createTempFolder, type NodeProcess, spawnNode, waitFor } from '@millrace/testkit/processes'
import { publish } from '../../environment.js'
import { installLedger } from '../ledger.js'
import { type Load, startLoad } from '../load.js'
import { judge } from '../oracle.js'
import { untilAnswered } from '../patience.js'
import { type Outcome, problemsOf, toRow } from '../play.js'
import { startUpstream, type Upstream } from '../upstream.js'
import { order } from '../workflow.js'

/**
 * The standalone process on a small disk of its own (tmpfs, which takes root) that is filled to the last byte: it
 * must answer 503 or 507, claim no success, and go on by itself once there is room again.
 */
export const FULL_DISK = {
  name: 'disk-full',
  title: 'worker out of disk for the embedded database',
  runs: { full: 300, quick: 30 },
}

const STANDALONE = fileURLToPath(import.meta.resolve('@millrace/standalone-service/main'))
const DISK_MB = 320
const run = promisify(execFile)

/** @returns undefined where this machine does not let us mount a disk. */
export async function playFullDisk(
  runs: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<Outcome | undefined> {
  const folder = createTempFolder('millrace-chaos-disk-')
  const mounted = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${DISK_MB}m,mode=0711`,
    'tmpfs',
    folder.path,
  ]).then(
    () => true,
    () => false,
  )
  try {
    return mounted ? await playOn(folder.path, runs, quick, say) : undefined
  } finally {
    if (mounted) await run('umount', ['-l', folder.path])
    folder.remove()
  }
}

const playOn = async (
  disk: string,
  runs: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<Outcome> => {
  const upstream = await startUpstream()
  const standalone = await spawnNode(STANDALONE, {
    env: {
      DATABASE_URL: '',
      REDIS_URL: '',
      MILLRACE_DIR: join(disk, 'millrace'),
      PORT: '0',
      LOG_LEVEL: 'warn',
    },
    readyPattern: /is running at/,
    readyTimeoutMs: 120_000,
  })
  try {
    return await fillAndFree(disk, standalone, upstream, runs, quick, say)
  } finally {
    standalone.kill('SIGTERM')
    await standalone.exited
    upstream.stop()
  }
}

const fillAndFree = async (
  disk: string,
  standalone: NodeProcess,
  upstream: Upstream,
  runs: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<Outcome> => {
  const url = /is running at (\S+)/.exec(standalone.output())?.[1] ?? ''
  const database = openDatabase(readFileSync(join(disk, 'millrace/postgres/url'), 'utf8'), { max: 3 })
  const { sql } = database
  try {
    await installLedger(sql)
    const [workspace] = await sql<[{ id: string }]>`SELECT id FROM workspaces WHERE slug = 'default'`
    await publish(sql, workspace.id, order(upstream.url))
    let over = false
    const enough = (accepted: number) => over && accepted >= runs
    const load = startLoad({ url: () => url, sql, callers: 10, maxOpen: 150, enough })
    let recoveryMs: number
    try {
      recoveryMs = await playDisk(disk, load, quick)
    } finally {
      over = true
      await load.done
    }
    await waitFor(() => untilAnswered(async () => (await openRuns(sql)) === 0), {
      what: 'all runs to end',
      timeoutMs: 240_000,
    })
    const answers = Object.fromEntries(load.answers)
    say(`${load.accepted.size} accepted, answers ${JSON.stringify(answers)}`)
    const findings = await judge(sql, load, upstream)
    const row = toRow(FULL_DISK, 'postgres', findings, Math.round(recoveryMs))
    return { row, problems: [...problemsOf(row, findings, load, runs), ...answerProblems(load)] }
  } finally {
    await database.close()
  }
}

/** @returns milliseconds from the first free byte to the next run accepted. */
const playDisk = async (disk: string, load: Load, quick: boolean): Promise<number> => {
  await waitFor(() => load.accepted.size >= 10, { what: 'the first runs', timeoutMs: 180_000 })
  const ballast = join(disk, 'ballast')
  fill(ballast)
  await waitFor(() => refusals(load) > 0, { what: 'a refusal', timeoutMs: 120_000 })
  const until = performance.now() + (quick ? 2_000 : 15_000)
  while (performance.now() < until) {
    // What the servers give back on their own is taken as well.
    fill(ballast)
    await delay(100)
  }
  rmSync(ballast)
  const freedAt = performance.now()
  const before = load.accepted.size
  await waitFor(() => load.accepted.size > before, { what: 'the next accepted run', timeoutMs: 120_000 })
  return performance.now() - freedAt
}

const refusals = ({ answers }: Load): number => (answers.get(503) ?? 0) + (answers.get(507) ?? 0)

/** An answer that is neither a success nor 503 or 507 says nothing a caller can act on. */
const answerProblems = ({ answers }: Load): string[] =>
  [...answers].flatMap(([status, count]) =>
    [200, 202, 503, 507].includes(status) ? [] : [`${count} answers were ${status}`],
  )

const CHUNKS = [1024 * 1024, 4_096, 1]

const fill = (file: string): void => {
  const target = openSync(file, 'a')
  try {
    for (const size of CHUNKS) {
      const chunk = Buffer.alloc(size)
      while (tryWrite(target, chunk)) {}
    }
  } finally {
    closeSync(target)
  }
}

const tryWrite = (target: number, chunk: Buffer): boolean => {
  try {
    return writeSync(target, chunk) === chunk.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

const openRuns = async (sql: ReturnType<typeof openDatabase>['sql']): Promise<number> => {
  const [row] = await sql<
    [{ open: number }]
  >`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
  return row.open
}
