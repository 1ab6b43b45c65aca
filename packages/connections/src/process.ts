import { type Config, loadConfig } from '@millrace/config'
import { createLogger, createRequestLog, type Logger, type RequestLog } from '@millrace/telemetry'
import { StartFault, startFaultOf } from './start-fault.js'

export interface RunningService {
  /** Starts to answer; gives the URL. */
  listen(): Promise<string>
  /** Ends what the service does, and closes what it has opened. */
  stop(): Promise<void>
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
    stopOnSignals(service, log, config.worker.drainMs)
    log.info({ url: await service.listen(), pid: process.pid }, `${name} ready`)
  } catch (error) {
    log.debug({ err: error }, 'why it could not start')
    log.fatal(`${name} could not start: ${startFaultOf(error)}`)
    process.exit(1)
  }
}

const external = (name: string, config: Config): ProcessParts['config'] => {
  const { database } = config
  if (database.kind === 'external') return { ...config, database }
  throw new StartFault(
    `a ${name} process needs DATABASE_URL: only the standalone process brings a database of its own`,
  )
}

/** From now on this process has `drainMs` and 7 s: whatever has not been stopped by then, it ends with 1. */
export const boundStop = (log: Pick<Logger, 'error'>, drainMs: number): void => {
  const withinMs = drainMs + CLOSING_MS
  setTimeout(() => {
    log.error({ withinMs }, 'not everything could be stopped in time; ending all the same')
    process.exit(1)
  }, withinMs).unref()
}

const stopOnSignals = (service: RunningService, log: Logger, drainMs: number): void => {
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    boundStop(log, drainMs)
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'a part could not be stopped')
        process.exit(1)
      },
    )
  }
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(reason, stop)
}
