import { parentPort } from 'node:worker_threads'
import { type Engine, loadEngine } from './engine.js'
import type { ThreadMessage, ThreadRequest } from './protocol.js'
import { runScript } from './run-script.js'

/** A sandbox thread: one script at a time, each in a runtime of its own. */
const port = parentPort
if (port === null) throw new Error('this module runs in a worker thread')
const post = (message: ThreadMessage) => port.postMessage(message)

/** Kept from script to script: loading it takes ten times as long as a runtime. */
let engine: Engine | undefined

port.on('message', async (request: ThreadRequest) => {
  if (engine === undefined || engine.broken || engine.memoryBytes !== request.memoryBytes)
    engine = await loadEngine(request.memoryBytes)
  post({ kind: 'started' })
  post(runScript(engine, request))
})
