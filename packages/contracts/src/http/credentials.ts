import { z } from 'zod'
import { stepError } from '../step-error.js'

export const credentialName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,127}$/)

/** What each kind of credential holds. Values are write-only: no answer ever carries one. */
export const credentialData = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret'),
    data: z.strictObject({ secret: z.string().min(1).max(10_000) }),
  }),
  z.strictObject({
    type: z.literal('basic'),
    data: z.strictObject({ username: z.string().max(1_000), password: z.string().max(10_000) }),
  }),
  z.strictObject({
    type: z.literal('bearer'),
    data: z.strictObject({ token: z.string().min(1).max(10_000) }),
  }),
  z.strictObject({
    type: z.literal('header'),
    data: z.strictObject({
      name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
      value: z.string().max(10_000),
    }),
  }),
  z.strictObject({
    type: z.literal('postgres'),
    data: z.strictObject({ url: z.string().min(1).max(2_000) }),
  }),
])
export type CredentialData = z.infer<typeof credentialData>
export const credentialType = z.enum(['secret', 'basic', 'bearer', 'header', 'postgres'])
export type CredentialType = z.infer<typeof credentialType>

/** How each kind is tested: a GET of a URL of the caller's choice, a connection of its own, or not at all. */
export const CREDENTIAL_TESTS: Readonly<Record<CredentialType, 'url' | 'connection' | 'none'>> = {
  secret: 'none',
  basic: 'url',
  bearer: 'url',
  header: 'url',
  postgres: 'connection',
}

const testTarget = {
  /** Absolute, http or https: what is called with the credential. Needed by those that are tested by a URL. */
  url: z.string().min(1).max(8_000).optional(),
}
export const testCredentialBody = z.strictObject(testTarget)
/** One that is not stored: it is tested before it is. */
export const testNewCredentialBody = z.strictObject({ credential: credentialData, ...testTarget })

/** A credential that does not work is an answer like any other. Nothing of its value is in it. */
export const testCredentialAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), message: z.string() }),
  z.object({ ok: z.literal(false), error: stepError.pick({ code: true, message: true }) }),
])
export type TestCredentialAnswer = z.infer<typeof testCredentialAnswer>

export const createCredentialBody = z.strictObject({ name: credentialName, credential: credentialData })
export const credentialSummary = z.object({
  id: z.string(),
  name: z.string(),
  type: credentialType,
  createdAt: z.iso.datetime(),
})
export type CredentialSummary = z.infer<typeof credentialSummary>
