import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { endWithUs } from './reaper.js'
import { waitFor } from './wait-for.js'

export interface SpawnNodeOptions {
  readonly args?: readonly string[]
  /** On top of our own environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** The process is ready once its output matches. Default: at once. */
  readonly readyPattern?: RegExp
  /** Default 30,000. */
  readonly readyTimeoutMs?: number
}

export interface NodeProcess {
  readonly pid: number
  /** What it has printed so far, stdout and stderr together. */
  output(): string
  kill(signal?: NodeJS.Signals): void
  /** Resolves when it has ended and all its output is here. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/**
 * Starts a built entry point as a real process and waits until it is ready. It is killed when the test process ends,
 * however that ends.
 * @throws Error with its output when it ends, or the time is up, before it is ready.
 */
export const spawnNode = async (entry: string, options: SpawnNodeOptions = {}): Promise<NodeProcess> => {
  const child = spawn(process.execPath, [entry, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child, 'spawn')
  const output = capture(child)
  const started: NodeProcess = {
    pid: child.pid!,
    output,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exited: endOf(child),
  }
  if (options.readyPattern !== undefined) await untilReady(child, output, options.readyPattern, options)
  return started
}

const capture = (child: ChildProcess): (() => string) => {
  let output = ''
  const add = (chunk: string) => {
    output += chunk
  }
  child.stdout?.setEncoding('utf8').on('data', add)
  child.stderr?.setEncoding('utf8').on('data', add)
  return () => output
}

const endOf = async (child: ChildProcess): NodeProcess['exited'] => {
  const forget = endWithUs(child.pid!)
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const [code, signal] = await once(child, 'close')
  process.off('exit', killWithUs)
  forget()
  return { code, signal }
}

const untilReady = async (
  child: ChildProcess,
  output: () => string,
  pattern: RegExp,
  { readyTimeoutMs = 30_000 }: SpawnNodeOptions,
): Promise<void> => {
  const ended = () => child.exitCode !== null || child.signalCode !== null
  try {
    await waitFor(() => pattern.test(output()) || ended(), {
      timeoutMs: readyTimeoutMs,
      what: String(pattern),
    })
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`${(error as Error).message}; the process printed:\n${output()}`)
  }
  if (!pattern.test(output()))
    throw new Error(`the process ended before it was ready; it printed:\n${output()}`)
}
