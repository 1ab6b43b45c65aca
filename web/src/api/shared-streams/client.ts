import type { FromWorker, Topic, ToWorker } from './protocol.js'

/** The page's end of the shared worker. */
export interface SharedStreams {
  /**
   * Follows a topic over the connection that all tabs share. Resolves with what a fetch of a stream of its own would
   * give; a status of 0 becomes an error, as for a fetch that nothing answers.
   */
  open(who: string, token: string, topic: Topic, signal: AbortSignal): Promise<Response>
}

interface WorkerPort {
  postMessage(message: ToWorker): void
  onmessage: ((message: MessageEvent<FromWorker>) => void) | null
}

/** @returns undefined where the browser has no shared workers: then each page has streams of its own. */
export const connectSharedStreams = (): SharedStreams | undefined => {
  if (typeof SharedWorker === 'undefined' || navigator.locks === undefined) return undefined
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'streams',
  })
  const lock = `page-${crypto.randomUUID()}`
  // Never given back: it goes with the page, and so the worker learns that the page is gone.
  void navigator.locks.request(lock, () => new Promise<void>(() => {}))
  worker.port.postMessage({ kind: 'alive', lock } satisfies ToWorker)
  return sharedStreamsOver(worker.port)
}

export const sharedStreamsOver = (port: WorkerPort): SharedStreams => {
  const open = new Map<number, (message: FromWorker) => void>()
  let lastId = 0
  port.onmessage = ({ data }) => open.get(data.id)?.(data)
  return {
    open(who, token, topic, signal) {
      signal.throwIfAborted()
      const id = ++lastId
      const close = () => {
        open.delete(id)
        port.postMessage({ kind: 'close', id })
      }
      return new Promise((resolve, reject) => {
        open.set(id, receiver({ resolve, reject, close, signal }))
        port.postMessage({ kind: 'open', id, who, token, topic })
      })
    },
  }
}

interface Caller {
  readonly resolve: (response: Response) => void
  readonly reject: (error: unknown) => void
  readonly close: () => void
  readonly signal: AbortSignal
}

/** Turns what comes for one topic into the body of a response. */
const receiver = ({ resolve, reject, close, signal }: Caller): ((message: FromWorker) => void) => {
  const encoder = new TextEncoder()
  let body: ReadableStreamDefaultController<Uint8Array> | undefined
  const end = (error?: unknown) => {
    signal.removeEventListener('abort', abort)
    close()
    if (body === undefined) reject(error ?? new TypeError('the stream ended before it began'))
    else if (error === undefined) body.close()
    else body.error(error)
  }
  const abort = () => end(signal.reason)
  signal.addEventListener('abort', abort)
  return (message) => {
    if (message.kind === 'text') body?.enqueue(encoder.encode(message.text))
    else if (message.kind === 'ended') end()
    else if (message.kind === 'opened' && body === undefined) {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          body = controller
        },
        cancel: () => {
          signal.removeEventListener('abort', abort)
          close()
        },
      })
      resolve(new Response(stream))
    } else if (message.kind === 'failed') {
      if (body === undefined && message.status > 0) {
        resolve(new Response(message.body, { status: message.status }))
        signal.removeEventListener('abort', abort)
        close()
      } else end(new TypeError('the stream broke'))
    }
  }
}
