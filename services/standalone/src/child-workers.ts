import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Logger } from '@millrace/telemetry'

/**
 * Owns: the worker processes forked beside this one. One that dies is replaced after a pause, since its runs are
 * taken over by the others anyway.
 */
export interface ChildWorkers {
  stop(): Promise<void>
}

/** Doubles with each that did not live as long as `STEADY_MS`: one that cannot start prints why each time. Milliseconds. */
const RESTART_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const STEADY_MS = 60_000

export function forkWorkers(count: number, environment: Record<string, string>, log: Logger): ChildWorkers {
  const entry = fileURLToPath(import.meta.resolve('@millrace/worker-service/main'))
  const children = new Set<ChildProcess>()
  let stopping = false

  const start = (pauseMs: number) => {
    const bornAt = performance.now()
    // A session of its own: Ctrl-C in the terminal reaches us, and we tell the children when to drain.
    const child = fork(entry, [], { env: { ...process.env, ...environment, PORT: '0' }, detached: true })
    children.add(child)
    child.once('exit', (code, signal) => {
      children.delete(child)
      if (stopping) return
      log.warn({ pid: child.pid, code, signal, pauseMs }, 'a worker process ended; starting another')
      const steady = performance.now() - bornAt >= STEADY_MS
      const next = steady ? RESTART_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      setTimeout(() => stopping || start(next), pauseMs)
    })
  }
  for (let i = 0; i < count; i++) start(RESTART_PAUSE_MS)

  return {
    async stop() {
      stopping = true
      const exits = [...children].map((child) => once(child, 'exit'))
      for (const child of children) child.kill('SIGTERM')
      await Promise.all(exits)
    },
  }
}
