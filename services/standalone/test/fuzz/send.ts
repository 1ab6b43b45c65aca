import { Agent, request } from 'node:http'
import type { FuzzRequest } from './requests.js'

export interface Answer {
  /** Of a HEAD nobody gets a body. */
  readonly hasBody: boolean
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Milliseconds after which an answer is not late but missing. */
const HANG_MS = 20_000

/** Sends a request as it is. A stream of events is left once it has begun. */
export const createSender = (origin: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const send = ({ method, path, headers, body }: FuzzRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        new URL(origin),
        { agent, method, path, headers, timeout: HANG_MS },
        (response) => {
          const { statusCode: status = 0 } = response
          const hasBody = method !== 'HEAD'
          const type = response.headers['content-type'] ?? ''
          if (type.startsWith('text/event-stream')) {
            response.destroy()
            return resolve({ hasBody, status, type, body: '' })
          }
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => resolve({ hasBody, status, type, body: Buffer.concat(chunks).toString() }))
          response.on('error', reject)
        },
      )
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${HANG_MS} ms`)))
      sent.on('error', reject)
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}
