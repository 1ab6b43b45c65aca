import { CREDENTIAL_TESTS, type CredentialData, MillraceError } from '@millrace/contracts'
import type { NodeHttpRequest, NodeHttpResponse } from './define.js'
import { httpRequestParams } from './http/request/params.js'
import { redactor } from './http/request/redaction.js'
import { buildRequest, secretsOf } from './http/request/request.js'

/** The doors that a test goes through: those that steps have. */
export interface CredentialTestDoors {
  http(request: NodeHttpRequest): Promise<NodeHttpResponse>
  sql(databaseUrl: string, query: string): Promise<unknown>
}

/**
 * Tries a credential as the steps that take its type use it, with nothing but reads; says what answered. No error
 * names any part of its value (I8).
 * @throws INVALID_REQUEST without the `url` it needs, CREDENTIAL_NOT_TESTABLE, HTTP_STATUS for anything but 2xx, and
 * what the doors throw
 */
export const testCredential = async (
  credential: CredentialData,
  { url }: { readonly url?: string | undefined },
  doors: CredentialTestDoors,
): Promise<string> => {
  const kind = CREDENTIAL_TESTS[credential.type]
  if (kind === 'none') throw new MillraceError('CREDENTIAL_NOT_TESTABLE')
  if (kind === 'url' && url === undefined)
    throw new MillraceError('INVALID_REQUEST', 'Give the `url` to call with the credential')
  try {
    return credential.type === 'postgres'
      ? await tryConnection(credential.data.url, doors)
      : await tryUrl(credential, url ?? '', doors)
  } catch (error) {
    throw redacted(error, redactor(secretsOf(credential)))
  }
}

const tryConnection = async (url: string, doors: CredentialTestDoors): Promise<string> => {
  await doors.sql(url, 'SELECT 1')
  return 'The database answered'
}

const tryUrl = async (
  credential: CredentialData,
  url: string,
  doors: CredentialTestDoors,
): Promise<string> => {
  // Who is not let in is often sent to a page to sign in, which answers 200: no redirect is followed.
  const request = { ...buildRequest(httpRequestParams.parse({ url }), credential, ''), maxRedirects: 0 }
  const { status } = await doors.http(request)
  if (status < 200 || status > 299)
    throw new MillraceError('HTTP_STATUS', `The other side answered ${status}`)
  return `The other side answered ${status}`
}

/** The same error without what the other side may have repeated of the credential. */
const redacted = (error: unknown, redact: (text: string) => string): unknown =>
  error instanceof MillraceError ? new MillraceError(error.code, redact(error.message)) : error
