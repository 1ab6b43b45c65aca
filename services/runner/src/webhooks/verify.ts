import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookAuth } from '@millrace/nodes'

/** What verification may look at: the request as it came, bytes untouched. */
export interface IncomingHook {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

type KeyAuth = Exclude<WebhookAuth, { kind: 'none' }>

/** Whether the request carries what its webhook asks for. Constant time in the secret. */
export const verifyHook = (auth: KeyAuth, secret: string, hook: IncomingHook): boolean => {
  switch (auth.kind) {
    case 'api-key': {
      const given = auth.in === 'header' ? header(hook, auth.name) : hook.query[auth.name]
      return typeof given === 'string' && sameText(given, secret)
    }
    case 'hmac':
      return hasSignature(header(hook, auth.header), secret, hook.body, auth)
    case 'github':
      return hasSignature(header(hook, 'x-hub-signature-256'), secret, hook.body, GITHUB)
  }
}

/** Headers and the query parameter that carry proof: they stay out of the run (I8). */
export const proofOf = (auth: WebhookAuth): { headers: readonly string[]; query: readonly string[] } => {
  switch (auth.kind) {
    case 'none':
      return { headers: [], query: [] }
    case 'api-key':
      return auth.in === 'header'
        ? { headers: [auth.name.toLowerCase()], query: [] }
        : { headers: [], query: [auth.name] }
    case 'hmac':
      return { headers: [auth.header.toLowerCase()], query: [] }
    case 'github':
      return { headers: ['x-hub-signature-256', 'x-hub-signature'], query: [] }
  }
}

interface SignatureForm {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly encoding: 'hex' | 'base64'
  readonly prefix: string
}

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
const GITHUB: SignatureForm = { algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' }

const hasSignature = (
  given: string | undefined,
  secret: string,
  body: Buffer,
  form: SignatureForm,
): boolean => {
  if (given === undefined) return false
  const expected = form.prefix + createHmac(form.algorithm, secret).update(body).digest(form.encoding)
  return sameText(given, expected)
}

/** Hashing first makes the lengths equal, so that not even the length of the secret leaks. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A repeated header arrives joined with commas and verifies as nothing: which of two counts would be a guess. */
const header = (hook: IncomingHook, name: string): string | undefined => {
  const value = hook.headers[name.toLowerCase()]
  return typeof value === 'string' ? value : undefined
}
