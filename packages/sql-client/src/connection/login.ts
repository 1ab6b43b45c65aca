import type { Socket } from 'node:net'
import type { PostgresUrl } from '@millrace/postgres-url'
import { Client } from 'pg'

/** Milliseconds for a server that has accepted to let us in. */
const LOGIN_MS = 10_000

/** What a server may say to a startup message: R and E, N before them, v for what it does not know; section 53.2.1. */
const FIRST_ANSWERS: ReadonlySet<number | undefined> = new Set(Buffer.from('RENv'))

/** A client that is told everything: pg would else fill what a URL leaves out from this process's environment. */
class LoginClient extends Client {
  readonly #url: PostgresUrl

  constructor(url: PostgresUrl, socket: Socket) {
    super({
      host: url.host,
      port: url.port,
      user: url.user,
      database: url.database,
      password: () => url.password,
      ssl: false,
      stream: () => alreadyConnected(socket),
    })
    this.#url = url
  }

  /** Called by pg for the startup message. */
  getStartupConf(): Record<string, string> {
    const { user, database, applicationName, options } = this.#url
    return {
      user,
      database,
      application_name: applicationName ?? 'Millrace',
      // What we read. All else is as the server is set up.
      client_encoding: 'UTF8',
      DateStyle: 'ISO',
      ...(options === undefined ? {} : { options }),
    }
  }
}

/** pg connects what it is given; this socket is connected, checked and encrypted. */
const alreadyConnected = (socket: Socket): Socket =>
  Object.assign(socket, {
    connect: () => {
      queueMicrotask(() => socket.emit('connect'))
      return socket
    },
  })

/** Signs in over a connected socket, which is destroyed if that fails. Throws what the server or the network says. */
export async function logIn(url: PostgresUrl, socket: Socket, signal: AbortSignal): Promise<Client> {
  const client = new LoginClient(url, socket)
  // What happens is told to whoever waits; without a listener it would end the process.
  client.on('error', () => {})
  const late = setTimeout(() => socket.destroy(new Error('the server did not let us in in time')), LOGIN_MS)
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    socket.once('data', (answer: Buffer) => {
      if (!FIRST_ANSWERS.has(answer[0])) socket.destroy(new Error('what answers there is not Postgres'))
    })
    await client.connect()
    signal.throwIfAborted()
    return client
  } catch (error) {
    socket.destroy()
    throw signal.aborted ? signal.reason : error
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', abort)
  }
}
