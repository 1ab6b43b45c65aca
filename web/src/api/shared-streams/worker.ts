/// <reference lib="webworker" />
import { StreamHub } from './hub.js'
import type { ToWorker } from './protocol.js'

/** The entry of the shared worker: one for all tabs of this origin. */
declare const self: SharedWorkerGlobalScope

const hub = new StreamHub({
  fetch: (input, init) => fetch(input, init),
  gatherMs: 10,
  untilGone: (lock) => navigator.locks.request(lock, () => undefined),
})

self.onconnect = ({ ports }) => {
  for (const port of ports) {
    const receive = hub.connect(port)
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data)
  }
}
