import type { Database } from '@millrace/db'

/**
 * True where a pooler stands between us and the server, such as pgbouncer: it gives its clients process ids of its own,
 * while the server tells the one of the session it lends. By the transaction, such a session keeps no LISTEN and no lock
 * of ours; by the session, it still refuses the settings that a connection begins with, the role that accepts runs among
 * them (D17), or loses them without a word.
 */
export const leadsThroughPooler = async ({ sql }: Pick<Database, 'sql'>): Promise<boolean> => {
  const rows = await sql<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`
  return rows.state.pid !== rows[0].pid
}
