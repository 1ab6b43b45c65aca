import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Processor time of single threads, which Node itself tells only from version 24 on. Source: the first number of
 * /proc/…/schedstat on Linux, in nanoseconds. Where there is no such file, both give undefined, and callers go by the
 * clock on the wall.
 */
export function threadCpuMs(): number | undefined {
  return readMs('/proc/thread-self/schedstat')
}

/** Of another thread of this process, by the id that `threadId` gave it. */
export function cpuMsOfThread(id: number): number | undefined {
  return readMs(`/proc/self/task/${id}/schedstat`)
}

/** The kernel's name for the calling thread. */
export function threadId(): number | undefined {
  try {
    return Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0])
  } catch {
    return undefined
  }
}

function readMs(file: string): number | undefined {
  try {
    const nanoseconds = Number(readFileSync(file, 'latin1').split(' ')[0])
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined
  } catch {
    return undefined
  }
}
