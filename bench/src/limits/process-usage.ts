import { readFile } from 'node:fs/promises'

/** Ticks of Linux's clock in a second: a constant of its interface to programs. */
const TICKS = 100

/** CPU milliseconds that a process has used, user and system. Source: proc_pid_stat(5), fields 14 and 15. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS
}

/** Resident memory of a process, bytes. Source: proc_pid_status(5). */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024
}
