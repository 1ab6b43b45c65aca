import type { Sql } from './open.js'

/**
 * Roles belong to the server and not to a database: a dump that is restored on another server brings neither the role
 * that accepts runs (D17) nor its grants. So they are made wherever they are missing, at every migration.
 */

/** May insert runs and look up their keys, and nothing else (D17). */
export const INGEST_ROLE = 'millrace_ingest'

/** From Postgres 16 on, being a member of a role does not mean that one may take it. */
const MAY_TAKE = `pg_has_role(current_user, r.oid,
  CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)`

/** Every right the role has. Also in the migrations that gave them; here for a database that came without them. */
const GRANTS = `
  GRANT INSERT ON runs TO ${INGEST_ROLE};
  GRANT SELECT (id, workspace_id, idempotency_key, request_hash, started_by) ON runs TO ${INGEST_ROLE};`

/** What accepts on behalf of this role: every function that runs with its owner's rights. */
const FUNCTIONS = `SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = current_schema() AND p.prosecdef AND p.prorettype <> 'trigger'::regtype`

/**
 * Makes the role, and lets this user take it. Needs no superuser: CREATEROLE is enough, and nothing is where an
 * administrator has made both.
 * @throws Error that says what an administrator has to run.
 */
export const ensureIngestRole = async (sql: Sql): Promise<void> => {
  try {
    await sql.unsafe(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${INGEST_ROLE}') THEN
        CREATE ROLE ${INGEST_ROLE} NOLOGIN;
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`)
    await sql.unsafe(`DO $$ BEGIN
      IF NOT (SELECT ${MAY_TAKE} FROM pg_roles r WHERE r.rolname = '${INGEST_ROLE}') THEN
        EXECUTE format('GRANT ${INGEST_ROLE} TO %I', current_user);
      END IF;
    END $$`)
  } catch (error) {
    if (!isNotAllowed(error)) throw error
    const [{ user }] = await sql<[{ user: string }]>`SELECT current_user AS user`
    throw new Error(
      `the database user may not make the role ${INGEST_ROLE}; have an administrator run: ` +
        `CREATE ROLE ${INGEST_ROLE} NOLOGIN; GRANT ${INGEST_ROLE} TO "${user}";`,
      { cause: error },
    )
  }
}

/** Gives the role its rights where they are missing. The schema must be up to date. */
export const grantToIngestRole = async (sql: Sql): Promise<void> => {
  if (await ingestRoleIsReady(sql)) return
  await sql.unsafe(GRANTS)
  await sql.unsafe(`DO $$ DECLARE f oid; BEGIN
    FOR f IN ${FUNCTIONS} LOOP
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f::regprocedure);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ${INGEST_ROLE}', f::regprocedure);
    END LOOP;
  END $$`)
}

/** True when this user may take the role, and the role may accept runs. */
export const ingestRoleIsReady = async (sql: Sql): Promise<boolean> => {
  const [row] = await sql.unsafe<{ ready: boolean }[]>(
    `SELECT ${MAY_TAKE} AND has_table_privilege(r.oid, 'runs', 'INSERT')
       AND has_column_privilege(r.oid, 'runs', 'idempotency_key', 'SELECT')
       AND NOT EXISTS (${FUNCTIONS} AND (NOT has_function_privilege(r.oid, p.oid, 'EXECUTE')
         -- A dump that is restored before the role exists loses what took this right from everybody.
         OR has_function_privilege('public', p.oid, 'EXECUTE'))) AS ready
     FROM pg_roles r WHERE r.rolname = '${INGEST_ROLE}'`,
  )
  return row?.ready === true
}

const isNotAllowed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42501'
