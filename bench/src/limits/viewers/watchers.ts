import { connect, type Socket } from 'node:net'
import { MARK, wallMs } from './tellers.js'

/**
 * Viewers, many in one process of their own, which costs as little as it can: raw sockets, whose events are counted by
 * their mark. One viewer in 51 also reads when its events were made. Talks to its parent by messages.
 */
export type ToWatchers =
  | {
      readonly kind: 'watch'
      readonly port: number
      readonly paths: readonly string[]
      readonly token: string
    }
  | { readonly kind: 'expect'; readonly events: number }

export type FromWatchers =
  | { readonly kind: 'watching' }
  /** All that were expected have come. `delays` are those of the sampled viewers, milliseconds. */
  | { readonly kind: 'seen'; readonly delays: readonly number[] }

/** No divisor of the number of runs, so that viewers of each are among them. */
const SAMPLE = 51
const MARK_BYTE = MARK.charCodeAt(0)
const STAMP = new RegExp(`${MARK}(\\d{13}\\.\\d{3})`, 'g')
/** Connections opened at a time. */
const OPENING = 100

let expected = 0
let seen = 0
let delays: number[] = []

const send = (message: FromWatchers): void => void process.send?.(message)

const count = (chunk: Buffer, sampled: boolean): void => {
  for (let at = chunk.indexOf(MARK_BYTE); at !== -1; at = chunk.indexOf(MARK_BYTE, at + 1)) seen++
  if (sampled) {
    const now = wallMs()
    for (const [, stamp] of chunk.toString('latin1').matchAll(STAMP)) delays.push(now - Number(stamp))
  }
  if (expected > 0 && seen >= expected) report()
}

const report = (): void => {
  send({ kind: 'seen', delays })
  expected = 0
  seen = 0
  delays = []
}

/** Resolves once the stream has begun. */
const watch = (port: number, path: string, token: string, sampled: boolean): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n\r\n`,
    )
    socket.once('error', reject)
    socket.once('data', (head) => {
      if (!head.toString('latin1').startsWith('HTTP/1.1 200'))
        reject(new Error(head.toString('latin1').slice(0, 200)))
      socket.on('data', (chunk) => count(chunk, sampled))
      resolve(socket)
    })
  })

process.on('message', async (message: ToWatchers) => {
  if (message.kind === 'expect') {
    expected = message.events
    if (seen >= expected) report()
    return
  }
  const { port, paths, token } = message
  for (let from = 0; from < paths.length; from += OPENING) {
    const some = paths.slice(from, from + OPENING)
    await Promise.all(some.map((path, i) => watch(port, path, token, (from + i) % SAMPLE === 0)))
  }
  send({ kind: 'watching' })
})
process.once('disconnect', () => process.exit(0))
