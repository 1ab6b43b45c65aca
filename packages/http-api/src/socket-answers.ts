import { STATUS_CODES } from 'node:http'
import { MillraceError, stringifyJson, toProblem } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'

/** The part of a socket that is needed to answer on it. */
interface Answerable {
  readonly writable: boolean
  end(data: string): void
  destroy(): void
}

/** Bytes that are not HTTP: there is no request to answer, only a socket. */
export const answerBrokenRequest = (_error: Error, socket: Answerable): void =>
  answer(socket, new MillraceError('INVALID_REQUEST', 'This is not a valid HTTP request'))

/** A CONNECT asks for a tunnel. It is no request to Node, which closes the connection without a word. */
export const refuseTunnels = (app: FastifyInstance): void => {
  app.server.on('connect', (_request, socket: Answerable) =>
    answer(socket, new MillraceError('METHOD_NOT_ALLOWED', 'CONNECT is not allowed here')),
  )
}

const answer = (socket: Answerable, error: MillraceError): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = stringifyJson(toProblem(error))
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\nConnection: close\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
