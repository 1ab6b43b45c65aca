import { parentPort, workerData } from 'node:worker_threads'
import { threadId } from './cpu-clock.js'
import { Engine } from './engine.js'
import { SENT, type Slots, TAKEN, type ThreadMessage, type ThreadRequest } from './protocol.js'
import { runScript } from './run-script.js'

/** A sandbox thread: one script at a time, each in a world of its own. */
const port = parentPort
if (port === null) throw new Error('this module runs in a worker thread')
const post = (message: ThreadMessage) => port.postMessage(message)
const thread = threadId()

// Scripts live in UTC, wherever the worker stands: QuickJS asks for nothing but this offset.
Date.prototype.getTimezoneOffset = () => 0

const slots = workerData as Slots

/** Kept from script to script: loading it takes a thousand times as long as setting it back. */
let engine: Engine | undefined
/** Requests that came while an engine was loaded wait for it. */
let line = Promise.resolve()

port.on('message', (request: ThreadRequest) => {
  line = line.then(() => answer(request))
})

async function answer(request: ThreadRequest): Promise<void> {
  if (Atomics.compareExchange(slots, request.slot, SENT, TAKEN) !== SENT) return
  if (engine === undefined || !engine.isUsable || engine.memoryBytes !== request.memoryBytes) {
    engine = await Engine.load(request.memoryBytes)
    post({ kind: 'loaded', thread })
  }
  post(runScript(engine, request, (logs) => post({ kind: 'printed', logs })))
}
