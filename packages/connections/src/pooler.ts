import type { Database } from '@millrace/db'

/** Connections that take turns: enough that a pooler with a server session to spare is caught lending it to both. */
const LOOKS = 8

/**
 * True when transactions of one connection may run on different server sessions, as behind pgbouncer with
 * pool_mode=transaction. Then nothing that belongs to a session can be relied on: no LISTEN, no role, no lock.
 *
 * A pooler gives clients process ids of its own; two connections that are open at once and are told the same process id
 * by the server itself share a session. One that pools whole sessions never does that.
 */
export const sharesSessions = async (open: () => Database): Promise<boolean> => {
  const [one, other] = [open(), open()]
  try {
    const first = await serverPid(one)
    if (first.seen === first.own) return false
    for (let look = 0; look < LOOKS; look++)
      if ((await serverPid(other)).own === (await serverPid(one)).own) return true
    return false
  } finally {
    await Promise.all([one.close(), other.close()])
  }
}

/** The process id that the connection was given when it began, and the one that the server has now. */
const serverPid = async ({ sql }: Database): Promise<{ seen: number; own: number }> => {
  const rows = await sql<[{ own: number }]>`SELECT pg_backend_pid() AS own`
  return { seen: rows.state.pid, own: rows[0].own }
}
