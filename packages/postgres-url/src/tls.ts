import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { PostgresUrl } from './parse.js'

/** Whether a connection is encrypted, and what the certificate must prove. */
export interface TlsDemand {
  /** `optional`: only where the server offers it. */
  readonly use: 'never' | 'optional' | 'always'
  readonly options: ConnectionOptions
}

/**
 * What `sslmode` asks for, the same in every part. `require` encrypts and proves nothing, unless a root certificate is
 * named, which makes it `verify-ca` (as in libpq); `verify-ca` proves the chain, `verify-full` the host's name as well.
 * `read` gives the text of a PEM file.
 */
export function tlsDemand(url: PostgresUrl, read: (path: string) => string): TlsDemand {
  if (url.sslmode === 'disable') return { use: 'never', options: {} }
  const optional = url.sslmode === 'allow' || url.sslmode === 'prefer'
  const proves = url.sslmode.startsWith('verify') || (!optional && url.sslrootcert !== undefined)
  const ca = url.sslrootcert === undefined || url.sslrootcert === 'system' ? undefined : read(url.sslrootcert)
  return {
    use: optional ? 'optional' : 'always',
    options: {
      host: url.host,
      // An address is not sent as a name: RFC 6066, section 3.
      ...(isIP(url.host) === 0 ? { servername: url.host } : {}),
      rejectUnauthorized: proves,
      ...(proves && url.sslmode !== 'verify-full' ? { checkServerIdentity: () => undefined } : {}),
      ...(ca === undefined ? {} : { ca }),
      ...(url.sslcert === undefined ? {} : { cert: read(url.sslcert) }),
      ...(url.sslkey === undefined ? {} : { key: read(url.sslkey) }),
    },
  }
}
