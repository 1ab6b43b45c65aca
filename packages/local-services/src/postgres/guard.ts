import type { Postmaster } from './postmaster.js'

/**
 * Owns: the one server a handle stands for, from its start to its stop. One that dies without being told to (out
 * of memory, a stray kill) is started again on its port; connections come back by themselves (I1).
 */
export interface Guard {
  readonly current: Postmaster
  /** Ends the watch. @returns the server there is then. */
  release(): Promise<Postmaster>
}

export interface GuardDuties {
  isUp(server: Postmaster): Promise<boolean>
  startAgain(server: Postmaster): Promise<Postmaster>
  onLog(line: string): void
}

const LOOK_EVERY_MS = 500

export const guard = (server: Postmaster, duties: GuardDuties): Guard => {
  let current = server
  let released = false
  let timer: NodeJS.Timeout
  let looking: Promise<void> = Promise.resolve()

  const look = async (): Promise<void> => {
    if (await duties.isUp(current)) return
    duties.onLog('Postgres has died; starting it again')
    current = await duties.startAgain(current)
    duties.onLog(`Postgres is ready again on port ${current.port}`)
  }
  const lookAgain = (): void => {
    timer = setTimeout(() => {
      looking = look()
        .catch((error: Error) => duties.onLog(error.message))
        .finally(() => released || lookAgain())
    }, LOOK_EVERY_MS)
    // Whoever holds the handle decides how long the process lives.
    timer.unref()
  }
  lookAgain()
  return {
    get current() {
      return current
    },
    async release() {
      released = true
      clearTimeout(timer)
      await looking
      return current
    },
  }
}
