import { hash, type Options, verify } from '@node-rs/argon2'
import { createGate } from './gate.js'

/** OWASP's parameters for argon2id, which is the library's default variant; memory in KiB. */
const PARAMETERS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * One gate for the process, because memory is the process's: 4 hashes hold 76 MiB, and a flood of sign-ins
 * must neither take more nor occupy every thread of the pool.
 */
const gate = createGate(4)

/** argon2id, as a PHC string. */
export const hashPassword = (password: string): Promise<string> => gate(() => hash(password, PARAMETERS))

let dummy: Promise<string> | undefined

/**
 * True when the password fits. Without a hash (an unknown user) it does the same work and gives false, so that
 * the time of the answer does not tell who exists.
 */
export const verifyPassword = async (
  passwordHash: string | undefined,
  password: string,
): Promise<boolean> => {
  dummy ??= hashPassword('nobody has this password')
  const against = passwordHash ?? (await dummy)
  const fits = await gate(() => verify(against, password))
  return fits && passwordHash !== undefined
}
