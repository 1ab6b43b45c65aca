import { type CredentialData, MillraceError, type TestCredentialAnswer } from '@millrace/contracts'
import { createHttpClient } from '@millrace/http-client'
import { type CredentialTestDoors, testCredential } from '@millrace/nodes'
import { createSqlRunner } from '@millrace/sql-client'

/** Of a whole test. */
const TIMEOUT_MS = 10_000

export interface CredentialTester {
  /** One that does not work is an answer, not a throw. Throws INVALID_REQUEST, CREDENTIAL_NOT_TESTABLE. */
  test(
    credential: CredentialData,
    target: { readonly url?: string | undefined },
  ): Promise<TestCredentialAnswer>
  close(): Promise<void>
}

/** `allowPrivate`: CIDRs that may be reached although they are private, as for steps. */
export const createCredentialTester = (allowPrivate: readonly string[]): CredentialTester => {
  const client = createHttpClient({ allowPrivate })
  const doors: CredentialTestDoors = {
    http: (request) => client.request({ ...request, timeoutMs: TIMEOUT_MS }),
    sql: (url, query) => queryOnce(url, query, allowPrivate),
  }
  return {
    test: async (credential, target) => {
      try {
        return { ok: true, message: await testCredential(credential, target, doors) }
      } catch (error) {
        return { ok: false, error: toAnswer(error) }
      }
    },
    close: () => client.close(),
  }
}

/** The runner is of this one test. */
const NOBODY = { workspaceId: '', workflowId: '', credential: '' }

/** No connection outlives the test. */
const queryOnce = async (url: string, query: string, allowPrivate: readonly string[]): Promise<void> => {
  const runner = createSqlRunner({ allowPrivate })
  try {
    await runner.query({
      url,
      user: NOBODY,
      statement: query,
      params: [],
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } finally {
    await runner.close()
  }
}

/** What is the caller's mistake is thrown on. */
const toAnswer = (error: unknown): Extract<TestCredentialAnswer, { ok: false }>['error'] => {
  if (!(error instanceof MillraceError)) throw error
  const { code, message } = error
  if (code === 'INVALID_REQUEST' || code === 'CREDENTIAL_NOT_TESTABLE') throw error
  return { code, message }
}
