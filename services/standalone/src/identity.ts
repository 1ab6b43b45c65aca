import {
  API_TOKENS,
  createCredentialStore,
  createResumeTokens,
  createSignIn,
  createTokenService,
  createVaultOfKey,
  ensureOwner,
  resumeUrls,
} from '@millrace/auth'
import type { Config } from '@millrace/config'
import type { Sql } from '@millrace/db'

/** What signs, verifies and encrypts: made once a process from the configured secrets. */
export type Keys = ReturnType<typeof createKeys>

/** Who may come in, and the workspace's credentials. */
export type Identity = Awaited<ReturnType<typeof createIdentity>>

export function createKeys(sql: Sql, config: Pick<Config, 'secrets' | 'http'>) {
  const resumeTokens = createResumeTokens(config.secrets.masterKey)
  const tokens = createTokenService({
    ...API_TOKENS,
    secret: Buffer.from(config.secrets.jwtSecret),
    now: Date.now,
  })
  return {
    tokens,
    signIn: createSignIn(sql, tokens),
    credentials: createCredentialStore(sql, createVaultOfKey(config.secrets.masterKey)),
    resumeTokens,
    resumeUrl: resumeUrls(resumeTokens, config.http.publicUrl),
  }
}

export async function createIdentity(sql: Sql, config: Config) {
  const keys = createKeys(sql, config)
  return {
    ...keys,
    owner: await ensureOwner(sql, { dir: config.directory }),
    /** A token for the first workspace's owner, for what this process does on that owner's behalf. */
    ownerToken: async (): Promise<string> => (await keys.tokens.sign(await findOwner(sql))).accessToken,
  }
}

async function findOwner(sql: Sql) {
  const [row] = await sql<{ userId: string; workspaceId: string; email: string }[]>`
    SELECT u.id AS "userId", m.workspace_id AS "workspaceId", u.email
    FROM memberships m JOIN users u ON u.id = m.user_id JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.role = 'admin' ORDER BY w.created_at, u.created_at LIMIT 1`
  if (row === undefined) throw new Error('the first workspace has no admin')
  return { ...row, role: 'admin' as const }
}
