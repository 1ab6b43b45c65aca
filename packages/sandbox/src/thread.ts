import { parentPort } from 'node:worker_threads'
import { getQuickJS } from 'quickjs-emscripten'
import type { ThreadAnswer, ThreadRequest } from './protocol.js'
import { runScript } from './run-script.js'

/** A sandbox thread: one script at a time, each in a runtime of its own. */
const quickjs = await getQuickJS()
const port = parentPort
if (port === null) throw new Error('this module runs in a worker thread')

port.on('message', (request: ThreadRequest) => {
  const answer: ThreadAnswer = runScript(quickjs, request)
  port.postMessage(answer)
})
