import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Redis, type RedisOptions } from 'ioredis'
import { ANSWER_MS } from '../bullmq/settings.js'
import { evictionWarning, findRedisFault } from './server-fault.js'

/**
 * What stands under a REDIS_URL. `text` is one sentence that names the server, without its password, and what to do.
 * - `ok`: queue and feed can run there. `warning`: what is wrong with it all the same.
 * - `away`: they cannot just now, and may later without anybody changing a setting.
 * - `fault`: they cannot until somebody changes a setting.
 */
export type RedisState =
  | { readonly kind: 'ok'; readonly warning: string | undefined }
  | { readonly kind: 'away' | 'fault'; readonly text: string }

const ONE_TRY = {
  lazyConnect: true,
  // The third begins with HELLO, which wants the user at once.
  protocol: 2,
  enableReadyCheck: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  connectTimeout: ANSWER_MS,
  commandTimeout: ANSWER_MS,
  disconnectTimeout: 500,
} satisfies RedisOptions

/** Asks the server on a connection of its own, as queue and feed will. Never takes longer than some 5 s; never throws. */
export const inspectRedis = async (url: string): Promise<RedisState> => {
  const target = readUrl(url)
  const redis = new Redis({ ...target.options, ...ONE_TRY })
  let lost: Error | undefined
  redis.on('error', (error: Error) => {
    lost ??= error
  })
  try {
    await redis.connect()
    return await ask(redis, target)
  } catch (thrown) {
    // What the socket said is nearer to the cause than what the command that was under way says.
    return await explain(lost ?? thrown, target)
  } finally {
    redis.disconnect()
  }
}

interface Target {
  readonly host: string
  readonly port: number
  readonly address: string
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  /** Without user and database: those are asked for one by one, for each has an error of its own. */
  readonly options: Omit<RedisOptions, 'replyMapping'>
}

/** How messages name the server: `Redis at host:port`. */
export const redisName = (url: string): string => `Redis at ${readUrl(url).address}`

const readUrl = (url: string): Target => {
  // Reads it as the connections of queue and feed do.
  const {
    username,
    password,
    db,
    replyMapping: _,
    ...options
  } = new Redis(url, { lazyConnect: true }).options
  const host = options.host ?? '127.0.0.1'
  const port = options.port ?? 6379
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const user = { username: username ?? undefined, password: password ?? undefined }
  return { host, port, address, tls: options.tls !== undefined, ...user, database: db ?? 0, options }
}

const ask = async (redis: Redis, target: Target): Promise<RedisState> => {
  const { username, password, database, address } = target
  if (password !== undefined)
    await (username ? redis.auth(username, password) : redis.auth(password)).catch(unlessNeedless)
  await redis.ping()
  const fault = await findRedisFault(redis)
  if (fault !== undefined) return { kind: 'fault', text: fault }
  await redis.select(database)
  const warning = await evictionWarning(redis)
  await tryRights(redis)
  return { kind: 'ok', warning: warning === undefined ? undefined : `Redis at ${address} ${warning}` }
}

/** One of each sort that queue and feed use; what it writes is gone a second later. */
const tryRights = async (redis: Redis): Promise<void> => {
  const key = 'millrace:start-check'
  await redis.eval("return redis.call('SET', KEYS[1], '1', 'PX', 1000)", 1, key)
  await redis.publish(key, '')
  // Last: from here on the connection takes nothing else.
  await redis.subscribe(key)
}

/** A server without a password takes nobody for the wrong one, and neither do the connections of queue and feed. */
const unlessNeedless = (error: Error): void => {
  if (!/without any password configured/.test(error.message)) throw error
}

const explain = async (thrown: unknown, target: Target): Promise<RedisState> => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const sentence = ANSWERED.find(([pattern]) => pattern.test(error.message))
  const where = `Redis at ${target.address}`
  const detail = error.message.split('\n')[0]
  if (sentence !== undefined) {
    const [, kind, say] = sentence
    return { kind, text: `${where} ${say(target)} (${detail})` }
  }
  const otherwise = await speaksOtherwise(target)
  if (otherwise !== undefined) return { kind: 'fault', text: `${where} ${otherwise}` }
  const unreachable = UNREACHABLE[codeOf(error)] ?? 'does not answer: check REDIS_URL, and that Redis runs'
  return { kind: 'away', text: `${where} ${unreachable}${detail ? ` (${detail})` : ''}` }
}

type Sentence = readonly [RegExp, 'away' | 'fault', (target: Target) => string]

/** By what the server, or who reads its answer, says. */
const ANSWERED: readonly Sentence[] = [
  [
    /^(WRONGPASS|ERR invalid password)/,
    'fault',
    () => 'refuses the user or the password of REDIS_URL: correct them',
  ],
  [
    /^NOAUTH/,
    'fault',
    () => 'wants a password: put it into REDIS_URL, as in redis://user:password@host:port',
  ],
  [
    /^NOPERM/,
    'fault',
    ({ username }) =>
      `does not let the user ${username ?? 'default'} do what Millrace needs: ` +
      'allow it all commands (+@all) on the keys ~millrace:* and the channels &millrace:*',
  ],
  [
    /DB index|invalid first argument|SELECT is not allowed/i,
    'fault',
    ({ database }) =>
      `has no database ${database}, which the end of REDIS_URL names: give a smaller number, or raise the server's "databases"`,
  ],
  [/^READONLY/, 'fault', () => 'takes no writes: give REDIS_URL of the primary server'],
  [/^ERR unknown command/i, 'fault', () => 'lacks a command that Millrace needs: use Redis 7 or newer'],
  [
    /certificate|altnames|self.signed/i,
    'fault',
    () => 'has a certificate that is not trusted here: name the file of its authority in NODE_EXTRA_CA_CERTS',
  ],
  [/^LOADING/, 'away', () => 'is loading its data'],
  [/^OOM/, 'away', () => 'has no memory left: raise its maxmemory'],
  [/^MISCONF/, 'away', () => 'cannot write to its disk and so takes no writes: look at its log'],
  [/max number of clients/, 'away', () => 'has no connection left: raise its maxclients'],
]

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached, nobody listens there: check REDIS_URL, and that Redis runs',
  ENOTFOUND: 'cannot be reached, the host name is not known: check REDIS_URL',
  EAI_AGAIN: 'cannot be reached, the host name cannot be looked up: check REDIS_URL',
  EHOSTUNREACH: 'cannot be reached: check REDIS_URL and the network',
  ENETUNREACH: 'cannot be reached: check REDIS_URL and the network',
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

/** A server that speaks plainly where TLS was asked for, or the other way round, or something else. */
const speaksOtherwise = async (target: Target): Promise<string | undefined> => {
  const plain = await answerOf(target, false)
  if (target.tls)
    return plain !== undefined && RESP.test(plain)
      ? 'answers without TLS: let REDIS_URL begin with redis:// instead of rediss://'
      : undefined
  if (
    plain !== undefined &&
    plain !== '' &&
    !RESP.test(plain) &&
    (await answerOf(target, true)) === undefined
  )
    return 'is no Redis server, for it speaks something else: correct REDIS_URL'
  const secret = await answerOf(target, true)
  return secret !== undefined && RESP.test(secret)
    ? 'answers over TLS only: let REDIS_URL begin with rediss:// instead of redis://'
    : undefined
}

const RESP = /^(\+PONG|-[A-Z]+ )/

/** The first bytes of the answer to a PING; undefined when there are none within 2 s. */
const answerOf = ({ host, port }: Target, tls: boolean): Promise<string | undefined> =>
  new Promise((resolve) => {
    // Only to see who answers: nothing secret is sent, so nobody has to be trusted.
    const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })
    const done = (answer: string | undefined) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => done(undefined), ANSWER_MS / 2)
    socket.on('error', () => done(undefined)).on('close', () => done(undefined))
    socket.on('data', (data) => done(data.toString('latin1')))
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write('PING\r\n'))
  })
