import { type CredentialData, type CredentialType, createCredentialBody } from '@millrace/contracts'

interface Field {
  readonly name: string
  readonly label: string
  readonly secret: boolean
}

interface Kind {
  readonly label: string
  /** What it is for. */
  readonly use: string
  readonly fields: readonly Field[]
}

const secret = (name: string, label: string): Field => ({ name, label, secret: true })
const plain = (name: string, label: string): Field => ({ name, label, secret: false })

/** What each kind asks for: the contract's fields, in words. */
export const CREDENTIAL_KINDS: Readonly<Record<CredentialType, Kind>> = {
  secret: {
    label: 'Secret',
    use: 'Signatures of webhooks, and keys in expressions of credential fields.',
    fields: [secret('secret', 'Secret')],
  },
  basic: {
    label: 'User and password',
    use: 'HTTP requests with basic authentication.',
    fields: [plain('username', 'User'), secret('password', 'Password')],
  },
  bearer: {
    label: 'Bearer token',
    use: 'HTTP requests that authorise themselves by a token.',
    fields: [secret('token', 'Token')],
  },
  header: {
    label: 'Header',
    use: 'HTTP requests with a header of their own, such as X-Api-Key.',
    fields: [plain('name', 'Header'), secret('value', 'Value')],
  },
  postgres: {
    label: 'Postgres',
    use: 'Queries: postgres://user:password@host:5432/database',
    fields: [secret('url', 'URL')],
  },
}

export type CredentialDraft =
  | { readonly valid: true; readonly name: string; readonly credential: CredentialData }
  /** By field; `name` is the credential's own name. */
  | { readonly valid: false; readonly problems: Readonly<Record<string, string>> }

/** Reads a form by the contract that the server checks, too. */
export const readCredential = (
  name: string,
  type: CredentialType,
  values: Readonly<Record<string, string>>,
): CredentialDraft => {
  const fields = CREDENTIAL_KINDS[type].fields.map((field) => [field.name, values[field.name] ?? ''])
  const parsed = createCredentialBody.safeParse({
    name,
    credential: { type, data: Object.fromEntries(fields) },
  })
  if (parsed.success) return { valid: true, ...parsed.data }
  const problems: Record<string, string> = {}
  for (const { path } of parsed.error.issues) {
    const isName = path[0] === 'name'
    const field = isName ? 'credentialName' : String(path.at(-1))
    problems[field] ??= isName
      ? 'Start with a letter or digit; then letters, digits, spaces, . _ or -'
      : values[field] === undefined || values[field] === ''
        ? 'This is needed'
        : 'This is not allowed here'
  }
  return { valid: false, problems }
}
