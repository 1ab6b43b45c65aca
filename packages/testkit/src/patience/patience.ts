import { PatientClock } from './clock.js'
import { machineShare } from './machine-share.js'

// As they are when a process begins: a test that plays with time plays with the globals.
const { setInterval, clearInterval } = globalThis
const wallMs = performance.now.bind(performance)

/** The clock of this process by which whoever waits for another process, or for a test, gives up. */
export const patience = new PatientClock({
  wallMs,
  share: machineShare,
  every: (ms, tick) => {
    const timer = setInterval(tick, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
})
