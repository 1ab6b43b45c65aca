import { createHash } from 'node:crypto'
import { MillraceError } from '@millrace/contracts'
import ipaddr from 'ipaddr.js'
import type postgres from 'postgres'

/**
 * Owns `sign_in_attempts`: failures by account and by address.
 *
 * 1. An attempt is counted before the password is checked and taken back when it fits, so that a burst of
 *    parallel guesses gets no more tries than a slow one.
 * 2. The fifth failure locks for 15 minutes, each later one for twice as long, a day at most.
 * 3. Success clears the account but only takes itself back from the address: an attacker's own account must
 *    not wash the address clean.
 */
const FREE_FAILURES = 5
const FIRST_LOCK_SECONDS = 15 * 60
const LONGEST_LOCK_SECONDS = 24 * 3_600

export interface Attempt {
  readonly account: string
  readonly address: string
}

export const attemptOf = (email: string, ip: string): Attempt => ({
  account: `account:${createHash('sha256').update(email.toLowerCase()).digest('base64url')}`,
  address: `address:${networkOf(ip)}`,
})

/** A household's IPv6 network is a /64: its 2^64 addresses count as one. */
const networkOf = (ip: string): string => {
  if (!ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  return address.kind() === 'ipv4'
    ? address.toString()
    : Buffer.from(address.toByteArray().slice(0, 8)).toString('hex')
}

/** What `countAttempt` wrote, to be taken back by `clearAttempt`. */
export interface CountedAttempt extends Attempt {
  /** When the address was counted, as the database writes it. */
  readonly countedAt: string
}

/** Counts the attempt. Throws ACCOUNT_LOCKED, and counts nothing, while either subject is locked. */
export const countAttempt = (sql: postgres.Sql, { account, address }: Attempt): Promise<CountedAttempt> =>
  sql.begin(async (tx) => {
    // Always in this order ("account" sorts first), so that two attempts cannot deadlock.
    const counted = await tx<{ subject: string; countedAt: string }[]>`
      INSERT INTO sign_in_attempts AS known (subject, failures)
      VALUES (${account}, 1), (${address}, 1)
      ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN known.last_at < clock_timestamp() - interval '1 day' THEN 1
          ELSE known.failures + 1 END,
        locked_until = CASE WHEN known.last_at >= clock_timestamp() - interval '1 day'
            AND known.failures + 1 >= ${FREE_FAILURES}
          THEN clock_timestamp() + make_interval(secs => least(${LONGEST_LOCK_SECONDS}::float8,
            ${FIRST_LOCK_SECONDS}::float8 * 2 ^ least(known.failures + 1 - ${FREE_FAILURES}, 20))) END,
        last_at = clock_timestamp()
      WHERE known.locked_until IS NULL OR known.locked_until <= clock_timestamp()
      RETURNING subject, last_at::text AS "countedAt"`
    const ours = counted.find((row) => row.subject === address)
    if (counted.length < 2 || ours === undefined) throw await lockedError(tx, [account, address])
    return { account, address, countedAt: ours.countedAt }
  })

const lockedError = async (tx: postgres.TransactionSql, subjects: string[]): Promise<MillraceError> => {
  const [row] = await tx<{ waitMs: number | null }[]>`
    SELECT max(extract(epoch FROM locked_until - clock_timestamp()) * 1000)::float8 AS "waitMs"
    FROM sign_in_attempts WHERE subject IN ${tx(subjects)}`
  return new MillraceError(
    'ACCOUNT_LOCKED',
    'Too many failed sign-ins for this account or from this address',
    {
      retryAfterMs: Math.max(1_000, row?.waitMs ?? 0),
    },
  )
}

/** The password fitted (invariant 3). A lock that a later failure set stays. Forgets what is over a day old. */
export const clearAttempt = async (sql: postgres.Sql, attempt: CountedAttempt): Promise<void> => {
  await sql`DELETE FROM sign_in_attempts
    WHERE subject = ${attempt.account} OR last_at < clock_timestamp() - interval '1 day'`
  await sql`UPDATE sign_in_attempts SET failures = failures - 1,
      locked_until = CASE WHEN last_at = ${attempt.countedAt}::timestamptz THEN NULL ELSE locked_until END
    WHERE subject = ${attempt.address}`
}
