import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Owns: the processes in which suspects run alone (D13), each for one run. Does not own the runs: a process takes its
 * run from this worker, under a lease of its own, and what it leaves behind is for the worker to judge.
 */
export interface IsolatedRuns {
  /**
   * Plays a run of owner `ownerId` in a process of its own; resolves once that process has ended.
   * @returns the id of its lease, undefined when it never had one: the run is still its owner's.
   */
  play(runId: string, ownerId: string): Promise<string | undefined>
  /** Has them hand their runs back, and waits for their end. */
  stop(): Promise<void>
}

/** More at once would take from the others what isolation is to keep for them. */
const AT_ONCE = 2
const MAIN = fileURLToPath(import.meta.resolve('@millrace/worker-service/isolated-main'))

/** @param environment what makes a child load the configuration of this process. */
export const createIsolatedRuns = (environment: NodeJS.ProcessEnv): IsolatedRuns => {
  const children = new Set<ChildProcess>()
  const waiting: (() => void)[] = []
  let free = AT_ONCE
  let stopping = false

  const place = async (): Promise<void> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const giveUpPlace = (): void => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  const playInChild = async (runId: string, ownerId: string): Promise<string | undefined> => {
    // A session of its own: Ctrl-C in the terminal reaches us, and we tell it when to drain.
    const child = fork(MAIN, [runId, ownerId], { env: { ...environment, PORT: '0' }, detached: true })
    children.add(child)
    let workerId: string | undefined
    child.once('message', (message: { workerId: string }) => {
      workerId = message.workerId
    })
    // Rejects where it could not even be started.
    await once(child, 'exit').catch(() => undefined)
    children.delete(child)
    return workerId
  }
  return {
    async play(runId, ownerId) {
      await place()
      try {
        return stopping ? undefined : await playInChild(runId, ownerId)
      } finally {
        giveUpPlace()
      }
    },
    async stop() {
      stopping = true
      for (const wake of waiting.splice(0)) wake()
      const exits = [...children].map((child) => once(child, 'exit'))
      for (const child of children) child.kill('SIGTERM')
      await Promise.all(exits)
    },
  }
}
