import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

/**
 * The thread of `watchStop`. Node gives a thread no `process.on('SIGTERM')`, but what that stands on works in each of its
 * loops: a handle of libuv's. Where a later Node has it no more, the thread ends, and nobody watches.
 */
interface SignalHandle {
  onsignal: () => void
  start(signal: number): number
  unref(): void
}

// Of this thread alone: what it would print is no line of the log.
process.noDeprecation = true

const { name, afterMs }: { name: string; afterMs: number } = workerData
const { Signal } = (
  process as unknown as { binding(name: string): { Signal: new () => SignalHandle } }
).binding('signal_wrap')

let told = false
const begin = (): void => {
  if (told) return
  told = true
  setTimeout(end, afterMs)
}

/** Whoever is still there by now has not ended itself. Only a signal ends a process from one of its threads. */
const end = (): void => {
  const line = {
    level: 60,
    time: Date.now(),
    pid: process.pid,
    name,
    afterMs,
    msg: 'the event loop stands still, and so the process did not stop; ending it',
  }
  try {
    writeSync(2, `${JSON.stringify(line)}\n`)
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}

for (const signal of [constants.signals.SIGTERM, constants.signals.SIGINT]) {
  const handle = new Signal()
  handle.onsignal = begin
  handle.start(signal)
}
parentPort?.postMessage('watching')
