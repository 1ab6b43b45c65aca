import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { parsePostgresUrl } from './parse.js'
import { type TlsDemand, tlsDemand } from './tls.js'

/** What both drivers would read in their own ways. */
const TLS_PARAMS = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey']
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const ANSWER_MS = 2_000

export interface DriverUrl {
  /** Without its words on TLS. */
  readonly url: string
  readonly tls: TlsDemand
}

/**
 * A URL of our own database for a driver. What only drivers understand (several hosts, sockets) is theirs to read, if it
 * says nothing of TLS. Throws InvalidPostgresUrl for an unknown sslmode; Error for a certificate that cannot be read.
 */
export function forDriver(text: string): DriverUrl {
  const url = URL.parse(text)
  if (url === null || !TLS_PARAMS.some((name) => url.searchParams.has(name)))
    return { url: text, tls: { use: 'never', options: {} } }
  const tls = tlsDemand(parsePostgresUrl(text), readPem)
  for (const name of TLS_PARAMS) url.searchParams.delete(name)
  return { url: url.href, tls }
}

/** What postgres.js is told besides the URL. It asks the server itself where TLS is optional. */
export function forPostgresJs({ url, tls }: DriverUrl): {
  ssl: boolean | 'prefer' | ConnectionOptions
  host?: string
  port?: number
} {
  const ssl = tls.use === 'never' ? false : tls.use === 'optional' ? 'prefer' : tls.options
  const { hostname = '', port = '' } = URL.parse(url) ?? {}
  if (!hostname.startsWith('[')) return { ssl }
  // Of a text it takes what stands before the first colon. A list is taken as it is, which its types do not say.
  const place: unknown = { host: [hostname.slice(1, -1)], port: [port === '' ? 5432 : Number(port)] }
  return { ssl, ...(place as { host: string; port: number }) }
}

const readPem = (path: string): string => readFileSync(path, 'utf8')

/** The `ssl` of pg, which knows no TLS that is optional: the server is asked here whether it offers any. */
export async function sslOfPg({ url, tls }: DriverUrl): Promise<false | ConnectionOptions> {
  if (tls.use === 'never') return false
  return tls.use === 'always' || (await offersTls(url)) ? tls.options : false
}

/** False also where nobody answers: the connection itself will say why. */
function offersTls(text: string): Promise<boolean> {
  const { host, port } = parsePostgresUrl(text)
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: ANSWER_MS })
    const answer = (offered: boolean) => {
      socket.destroy()
      resolve(offered)
    }
    socket.once('connect', () => socket.write(SSL_REQUEST))
    socket.once('data', (bytes) => answer(bytes.length === 1 && bytes[0] === 0x53))
    for (const event of ['error', 'close', 'timeout']) socket.once(event, () => answer(false))
  })
}
