import { setTimeout as delay } from 'node:timers/promises'
import { type Config, loadConfig } from '@millrace/config'
import { createLogger, createRequestLog, type Logger, type RequestLog } from '@millrace/telemetry'
import { StartFault, startFaultOf } from './start-fault.js'
import { watchStop } from './watchdog.js'

export interface RunningService {
  /** Starts to answer; gives the URL. */
  listen(): Promise<string>
  /** Ends what the service does, and closes what it has opened. */
  stop(): Promise<void>
  /** What it lacks for its work just now; undefined when it lacks nothing. */
  lacks?(): Promise<Lack | undefined>
}

export interface Lack {
  /** One sentence: which server, and what to do. */
  readonly text: string
  /** False where the service does what it is there for all the same. */
  readonly essential: boolean
}

export interface ProcessParts {
  readonly config: Config & { readonly database: { readonly kind: 'external' } }
  readonly log: Logger
  readonly requests: RequestLog
}

/** Milliseconds that closing connections may take, over the grace that steps are given. */
const CLOSING_MS = 7_000

/**
 * The life of one service process: reads the configuration, starts, serves until SIGTERM or SIGINT (or until the parent
 * that forked it is gone), stops. One that cannot start says in one line of the log what to change, and ends with 1. One
 * that cannot stop in time (DRAIN_MS and 7 s), because something it waits for hangs, ends with 1 too: its runs go to
 * another worker when its lease lapses.
 */
export const runProcess = async (
  name: string,
  start: (parts: ProcessParts) => Promise<RunningService>,
): Promise<void> => {
  let log = createLogger(name, 'info')
  try {
    const config = loadConfig(process.env)
    log = createLogger(name, config.logLevel)
    const service = await start({
      config: external(name, config),
      log,
      requests: createRequestLog(name, config.logLevel),
    })
    const stopping = stopOnSignals(service, log, config.worker.drainMs)
    const watched = watchStop(name, stopWithin(config.worker.drainMs))
    const url = await service.listen()
    await watched
    await tellWhenReady(name, service, log, { url, pid: process.pid }, stopping)
  } catch (error) {
    log.debug({ err: error }, 'why it could not start')
    log.fatal(`${name} could not start: ${startFaultOf(error)}`)
    process.exit(1)
  }
}

/** Between two looks for what it lacks. Milliseconds. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2_000

/** `ready` means that it does its work. Until then it says once what it waits for, and again when that has changed for good. */
const tellWhenReady = async (
  name: string,
  service: RunningService,
  log: Logger,
  where: { readonly url: string; readonly pid: number },
  stopping: AbortSignal,
): Promise<void> => {
  let told: string | undefined
  let last: string | undefined
  let lack = await service.lacks?.()
  for (let pause = FIRST_PAUSE; lack?.essential; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (told === undefined || (lack.text !== told && lack.text === last)) {
      log.warn(where, `${name} waits: ${lack.text}`)
      told = lack.text
    }
    last = lack.text
    await delay(pause, undefined, { ref: false })
    if (stopping.aborted) return
    lack = await service.lacks?.()
  }
  if (stopping.aborted) return
  log.info(
    where,
    lack === undefined ? `${name} ready` : `${name} ready, but for now without Redis: ${lack.text}`,
  )
}

const external = (name: string, config: Config): ProcessParts['config'] => {
  const { database } = config
  if (database.kind === 'external') return { ...config, database }
  throw new StartFault(
    `a ${name} process needs DATABASE_URL: only the standalone process brings a database of its own`,
  )
}

/** What a stop may take, milliseconds. */
export const stopWithin = (drainMs: number): number => drainMs + CLOSING_MS

/** From now on this process has `drainMs` and 7 s: whatever has not been stopped by then, it ends with 1. */
export const boundStop = (log: Pick<Logger, 'error'>, drainMs: number): void => {
  const withinMs = stopWithin(drainMs)
  setTimeout(() => {
    log.error({ withinMs }, 'not everything could be stopped in time; ending all the same')
    process.exit(1)
  }, withinMs).unref()
}

/** @returns a signal that aborts when the stop begins. */
const stopOnSignals = (service: RunningService, log: Logger, drainMs: number): AbortSignal => {
  const stopping = new AbortController()
  const stop = (reason: string): void => {
    if (stopping.signal.aborted) return
    stopping.abort()
    const began = performance.now()
    log.info({ reason, withinMs: stopWithin(drainMs) }, `${reason}: stopping`)
    boundStop(log, drainMs)
    service.stop().then(
      () => {
        log.info({ ms: Math.round(performance.now() - began) }, 'stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'a part could not be stopped')
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))
  process.on('disconnect', () => stop('the parent process has gone'))
  return stopping.signal
}
