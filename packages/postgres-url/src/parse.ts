/**
 * What a `postgres://` URL says, read once for every driver: postgres.js and pg differ in what `sslmode` means to them,
 * in how they read IPv6 hosts and in what they take from the environment instead.
 */
export interface PostgresUrl {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** Empty where none is named. */
  readonly user: string
  readonly password: string
  readonly database: string
  readonly sslmode: SslMode
  /** Paths of PEM files, or `system` for the certificates that come with Node. */
  readonly sslrootcert: string | undefined
  readonly sslcert: string | undefined
  readonly sslkey: string | undefined
  readonly applicationName: string | undefined
  /** For the server: `-c name=value …`. */
  readonly options: string | undefined
}

/**
 * libpq's words (PostgreSQL documentation, section 34.19.3). `allow` is taken as `prefer`: both end with TLS where only
 * TLS is let in, and neither promises it.
 */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

/** Says what is wrong with a URL, and nothing of what may be secret in it (I8). */
export class InvalidPostgresUrl extends Error {
  override readonly name = 'InvalidPostgresUrl'
}

/** Without `sslmode` there is no TLS, as in both drivers. Throws InvalidPostgresUrl. */
export function parsePostgresUrl(text: string): PostgresUrl {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new InvalidPostgresUrl('the URL is not a valid postgres:// URL')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host === '') throw new InvalidPostgresUrl('the URL names no host')
  if (host.includes(',')) throw new InvalidPostgresUrl('the URL names several hosts: name one')
  const user = decode(url.username)
  const param = (name: string) => url.searchParams.get(name) ?? undefined
  return {
    host: decode(host),
    port: url.port === '' ? 5432 : Number(url.port),
    user,
    password: decode(url.password),
    database: decode(url.pathname.slice(1)) || user,
    sslmode: sslModeOf(param('sslmode'), param('ssl')),
    sslrootcert: param('sslrootcert'),
    sslcert: param('sslcert'),
    sslkey: param('sslkey'),
    applicationName: param('application_name'),
    options: param('options'),
  }
}

function sslModeOf(sslmode: string | undefined, ssl: string | undefined): SslMode {
  const said = sslmode ?? (ssl === 'true' || ssl === '1' ? 'require' : ssl)
  if (said === undefined || said === 'false' || said === '0') return 'disable'
  const mode = SSL_MODES.find((each) => each === said)
  if (mode === undefined)
    throw new InvalidPostgresUrl(
      `the URL asks for the unknown sslmode "${said}": use ${SSL_MODES.join(', ')}`,
    )
  return mode
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new InvalidPostgresUrl('the URL holds a % that encodes nothing: write %25')
  }
}
