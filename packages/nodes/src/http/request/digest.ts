import { createHash } from 'node:crypto'

/** What to answer a server with that asks for digest authentication (RFC 7616). */
export interface DigestRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** Of our own, hard to guess: 16 random bytes or more in hexadecimal digits. */
  readonly cnonce: string
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  'SHA-512-256': 'sha512-256',
  'SHA-256': 'sha256',
  MD5: 'md5',
}

/**
 * The `Authorization` that answers a `WWW-Authenticate`; undefined where it asks for no digest, or one that is not known.
 * Of several, the first that is known is answered: servers put the one they like best first.
 */
export const digestAuthorization = (
  challenges: string | undefined,
  request: DigestRequest,
): string | undefined => {
  for (const challenge of digestChallenges(challenges ?? '')) {
    const answer = answerTo(challenge, request)
    if (answer !== undefined) return answer
  }
  return undefined
}

type Challenge = ReadonlyMap<string, string>

const PARAM = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g

const digestChallenges = (text: string): Challenge[] =>
  text
    .split(/(?:^|,)\s*(?=[A-Za-z][\w-]*\s+[\w-]+\s*=)/)
    .filter((challenge) => /^\s*digest\s/i.test(challenge))
    .map(
      (challenge) =>
        new Map(
          [...challenge.replace(/^\s*digest\s+/i, '').matchAll(PARAM)].map(([, name = '', quoted, bare]) => [
            name.toLowerCase(),
            quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '',
          ]),
        ),
    )

const answerTo = (challenge: Challenge, request: DigestRequest): string | undefined => {
  const { method, url, username, password, cnonce } = request
  const [realm, nonce] = [challenge.get('realm'), challenge.get('nonce')]
  const name = challenge.get('algorithm') ?? 'MD5'
  const isSession = /-sess$/i.test(name)
  const algorithm = ALGORITHMS[name.replace(/-sess$/i, '').toUpperCase()]
  const qops = challenge
    .get('qop')
    ?.split(',')
    .map((qop) => qop.trim().toLowerCase())
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined
  if (qops !== undefined && !qops.includes('auth')) return undefined
  const hash = (...parts: string[]) => createHash(algorithm).update(parts.join(':')).digest('hex')
  const { pathname, search } = new URL(url)
  const uri = pathname + search
  const secret = hash(username, realm, password)
  const key = isSession ? hash(secret, nonce, cnonce) : secret
  const count = '00000001'
  const response =
    qops === undefined
      ? hash(key, nonce, hash(method, uri))
      : hash(key, nonce, count, cnonce, 'auth', hash(method, uri))
  const opaque = challenge.get('opaque')
  return `Digest ${[
    ...nameParams(username, challenge.get('userhash') === 'true' ? hash(username, realm) : undefined),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    ...(challenge.has('algorithm') ? [`algorithm=${name}`] : []),
    `response="${response}"`,
    ...(qops === undefined && !isSession ? [] : [`cnonce="${cnonce}"`]),
    ...(qops === undefined ? [] : ['qop=auth', `nc=${count}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(', ')}`
}

/** A name beyond ASCII has a way of its own. RFC 7616, section 3.4. */
const nameParams = (username: string, hashed: string | undefined): string[] => {
  if (hashed !== undefined) return [`username="${hashed}"`, 'userhash=true']
  return /^[\x20-\x7e]*$/.test(username)
    ? [`username=${quote(username)}`]
    : [`username*=UTF-8''${encodeURIComponent(username)}`]
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
