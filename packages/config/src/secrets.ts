import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from './config-error.js'

export interface Secrets {
  /** Signs access tokens. */
  readonly jwtSecret: string
  /** 32 bytes: wraps the data key of every credential. */
  readonly masterKey: Uint8Array
}

const MIN_SECRET_LENGTH = 32
const MASTER_KEY_BYTES = 32
/** What people leave in place when they copy an example. */
const SAMPLE = /change.?me|example|sample|placeholder|password|your.?secret|0123456789|abcdefgh/i
/** A random value of this length has far more; a row of one letter has one. */
const MIN_DISTINCT = 10

/** @returns what is wrong with it, or undefined. */
const checkJwtSecret = (value: string | undefined): string | undefined => {
  const make = 'Make one with: openssl rand -base64 48'
  if (value === undefined) return `JWT_SECRET is not set. ${make}`
  if (value.length < MIN_SECRET_LENGTH)
    return `JWT_SECRET is shorter than ${MIN_SECRET_LENGTH} characters. ${make}`
  if (isSample(value)) return `JWT_SECRET looks like a sample value. ${make}`
  return undefined
}

/** @returns what is wrong with it, or undefined. */
const checkMasterKey = (value: string | undefined): string | undefined => {
  const make = 'Make one with: openssl rand -base64 32'
  if (value === undefined) return `MASTER_KEY is not set. ${make}`
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length !== MASTER_KEY_BYTES || !/^[A-Za-z0-9+/_=-]+$/.test(value))
    return `MASTER_KEY is not ${MASTER_KEY_BYTES} bytes in base64. ${make}`
  // Decoded too: the base64 of an English sentence looks random.
  if (isSample(value) || isSample(bytes.toString('latin1')))
    return `MASTER_KEY looks like a sample value. ${make}`
  return undefined
}

const isSample = (value: string): boolean => SAMPLE.test(value) || new Set(value).size < MIN_DISTINCT

const secretsFile = z.object({ jwtSecret: z.string(), masterKey: z.string() })
type SecretsFile = z.infer<typeof secretsFile>

/**
 * The embedded default's own secrets, made at the first start and kept in `<directory>/secrets.json`, mode 0600.
 * Processes that start at once agree on one set.
 * @throws ConfigError when the file is damaged, or others on this machine may read it.
 */
export const keepSecrets = (directory: string): SecretsFile => {
  // Others may pass through: an embedded Postgres runs under an account of its own when we are root.
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  const file = join(directory, 'secrets.json')
  if (statSync(file, { throwIfNoEntry: false }) === undefined) createSecrets(file)
  if ((statSync(file).mode & 0o077) !== 0)
    throw new ConfigError([`${file} can be read by others on this machine. Run: chmod 600 ${file}`])
  const parsed = secretsFile.safeParse(parseJson(readFileSync(file, 'utf8')))
  if (parsed.success && secretProblems(parsed.data).length === 0) return parsed.data
  throw new ConfigError([
    `${file} is damaged. Restore it from a backup: stored credentials cannot be read without it.`,
  ])
}

/** Written under another name, then linked: nobody sees half a file, and the first of several processes wins. */
const createSecrets = (file: string): void => {
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  const fresh: SecretsFile = {
    jwtSecret: randomBytes(48).toString('base64'),
    masterKey: randomBytes(MASTER_KEY_BYTES).toString('base64'),
  }
  writeFileSync(draft, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const secretProblems = (secrets: {
  jwtSecret?: string | undefined
  masterKey?: string | undefined
}): string[] =>
  [checkJwtSecret(secrets.jwtSecret), checkMasterKey(secrets.masterKey)].filter(
    (problem) => problem !== undefined,
  )
