import { STATUS_CODES } from 'node:http'
import { MillraceError, stringifyJson, toProblem } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'

/** The part of a socket that is needed to answer on it. */
interface Answerable {
  readonly writable: boolean
  end(data: string): void
  destroy(): void
}

/** What Node's parser says: its code, and the bytes that it was given last. */
type BrokenRequest = Error & { readonly code?: string | undefined; readonly rawPacket?: unknown }

/** Bytes that are not HTTP: there is no request to answer, only a socket. */
export const answerBrokenRequest = (error: BrokenRequest, socket: Answerable): void =>
  answer(
    socket,
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new MillraceError('HEADERS_TOO_LARGE')
      : new MillraceError('INVALID_REQUEST', 'This is not a valid HTTP request'),
    // Who sent a HEAD would take a body for the answer to the next request.
    !(Buffer.isBuffer(error.rawPacket) && error.rawPacket.subarray(0, 5).toString() === 'HEAD '),
  )

/** A CONNECT asks for a tunnel. It is no request to Node, which closes the connection without a word. */
export const refuseTunnels = (app: FastifyInstance): void => {
  app.server.on('connect', (_request, socket: Answerable) =>
    answer(socket, new MillraceError('METHOD_NOT_ALLOWED', 'CONNECT is not allowed here')),
  )
}

const answer = (socket: Answerable, error: MillraceError, hasBody = true): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = stringifyJson(toProblem(error))
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\nConnection: close\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${hasBody ? body : ''}`,
  )
}
