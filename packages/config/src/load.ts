import { resolve } from 'node:path'
import { ConfigError } from './config-error.js'
import { keepSecrets, type Secrets, secretProblems } from './secrets.js'
import { type Variables, variables } from './variables.js'

export interface Config {
  /** The embedded default runs a Postgres of its own in `dataDir`. */
  readonly database:
    | { readonly kind: 'embedded'; readonly dataDir: string }
    | { readonly kind: 'external'; readonly url: string }
  /** Around the URL; the embedded database needs neither. */
  readonly databaseAccess: {
    /** Leads past a pooler, to sessions of our own; undefined where there is no pooler. */
    readonly directUrl: string | undefined
    readonly prepare: boolean
  }
  /** undefined: queue and feed run on Postgres. */
  readonly redisUrl: string | undefined
  /** Absolute path of MILLRACE_DIR. */
  readonly directory: string
  readonly http: {
    readonly host: string
    readonly port: number
    /** Without a slash at its end. */
    readonly publicUrl: string
    /** CIDR ranges; `false` trusts nobody. */
    readonly trustProxy: readonly string[] | false
    readonly metricsToken: string | undefined
  }
  readonly worker: {
    /** Processes beside the worker inside the standalone process. */
    readonly processes: number
    readonly concurrency: number
    readonly maxHeld: number
    readonly leaseMs: number
    readonly drainMs: number
  }
  /** CIDR ranges that outbound calls may reach although they are private. */
  readonly allowPrivate: readonly string[]
  readonly logLevel: Variables['LOG_LEVEL']
  readonly secrets: Secrets
}

type Environment = Readonly<Record<string, string | undefined>>

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/**
 * Reads the environment. With neither DATABASE_URL nor NODE_ENV=production it makes and keeps secrets in
 * MILLRACE_DIR; otherwise it refuses to go on without good ones.
 * @throws ConfigError that names every variable that is wrong, and what to do.
 */
export const loadConfig = (env: Environment): Config => {
  const values = parseVariables(env)
  const directory = resolve(values.MILLRACE_DIR)
  const databaseUrl = values.DATABASE_URL
  return {
    database:
      databaseUrl === undefined
        ? { kind: 'embedded', dataDir: resolve(directory, 'postgres') }
        : { kind: 'external', url: databaseUrl },
    databaseAccess: {
      directUrl: values.DATABASE_DIRECT_URL,
      prepare:
        (values.DATABASE_PREPARE ?? (values.DATABASE_DIRECT_URL === undefined ? 'on' : 'off')) === 'on',
    },
    redisUrl: values.REDIS_URL,
    directory,
    http: httpOf(values),
    worker: {
      processes: values.WORKERS,
      concurrency: values.WORKER_CONCURRENCY,
      maxHeld: values.WORKER_MAX_HELD,
      leaseMs: values.LEASE_MS,
      drainMs: values.DRAIN_MS,
    },
    allowPrivate: values.HTTP_ALLOW_PRIVATE ?? (databaseUrl === undefined ? LOOPBACK : []),
    logLevel: values.LOG_LEVEL,
    secrets: secretsOf(values, directory),
  }
}

/** A variable set to nothing counts as not set: that is what an empty line in an .env file means. */
const parseVariables = (env: Environment): Variables => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`))
}

const httpOf = (values: Variables): Config['http'] => ({
  host: values.HOST,
  port: values.PORT,
  publicUrl: (values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).replace(/\/+$/, ''),
  trustProxy: values.TRUST_PROXY ?? false,
  metricsToken: values.METRICS_TOKEN,
})

const secretsOf = (values: Variables, directory: string): Secrets => {
  const mustBeGiven = values.NODE_ENV === 'production' || values.DATABASE_URL !== undefined
  const given = { jwtSecret: values.JWT_SECRET, masterKey: values.MASTER_KEY }
  const kept = mustBeGiven || (given.jwtSecret && given.masterKey) ? given : keepSecrets(directory)
  const chosen = {
    jwtSecret: given.jwtSecret ?? kept.jwtSecret,
    masterKey: given.masterKey ?? kept.masterKey,
  }
  const problems = secretProblems(chosen)
  if (chosen.jwtSecret === undefined || chosen.masterKey === undefined || problems.length > 0)
    throw new ConfigError(problems)
  return { jwtSecret: chosen.jwtSecret, masterKey: Buffer.from(chosen.masterKey, 'base64') }
}

/**
 * The environment that makes a child process load this same configuration, on a database that runs by now.
 * Carries secrets: for `spawn` and `fork` only.
 */
export const childEnvironment = (config: Config, databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ...(config.databaseAccess.directUrl === undefined
    ? {}
    : { DATABASE_DIRECT_URL: config.databaseAccess.directUrl }),
  DATABASE_PREPARE: config.databaseAccess.prepare ? 'on' : 'off',
  ...(config.redisUrl === undefined ? {} : { REDIS_URL: config.redisUrl }),
  MILLRACE_DIR: config.directory,
  PUBLIC_URL: config.http.publicUrl,
  JWT_SECRET: config.secrets.jwtSecret,
  MASTER_KEY: Buffer.from(config.secrets.masterKey).toString('base64'),
  HTTP_ALLOW_PRIVATE: config.allowPrivate.join(','),
  WORKER_CONCURRENCY: String(config.worker.concurrency),
  WORKER_MAX_HELD: String(config.worker.maxHeld),
  LEASE_MS: String(config.worker.leaseMs),
  DRAIN_MS: String(config.worker.drainMs),
  LOG_LEVEL: config.logLevel,
})
