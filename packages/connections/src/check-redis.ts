import { inspectRedis } from '@millrace/queue'
import type { Logger } from '@millrace/telemetry'
import { StartFault } from './start-fault.js'

/**
 * Looks whether queue and feed can run on the Redis of the configuration. One that is away may come back, and does not keep
 * a process from starting.
 * @throws StartFault when somebody has to change a setting first.
 */
export const checkRedis = async (url: string | undefined, log: Pick<Logger, 'warn'>): Promise<void> => {
  if (url === undefined) return
  const state = await inspectRedis(url)
  if (state.kind === 'fault') throw new StartFault(state.text)
  if (state.kind === 'ok' && state.warning !== undefined) log.warn({}, state.warning)
}
