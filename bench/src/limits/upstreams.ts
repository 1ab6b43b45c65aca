import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const answer = (response: ServerResponse): void => {
  response.setHeader('content-type', 'application/json').end('{"value":42}')
}

async function listen(handle: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => handle(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Answers after so many milliseconds. */
export const startLateUpstream = (ms: number) => listen((response) => setTimeout(answer, ms, response))

/** Answers when it is told to. */
export async function startHoldingUpstream() {
  const held: ServerResponse[] = []
  const server = await listen((response) => held.push(response))
  return {
    ...server,
    waiting: () => held.length,
    answerAll: () => held.splice(0).forEach(answer),
  }
}
