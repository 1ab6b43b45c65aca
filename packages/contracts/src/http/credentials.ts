import { z } from 'zod'
import { RESERVED_KEYS } from '../json.js'

export const credentialName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,127}$/)
  .refine((value) => !RESERVED_KEYS.has(value))

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

export const createCredentialBody = z.strictObject({ name: credentialName, credential: credentialData })
export const credentialSummary = z.object({
  id: z.string(),
  name: z.string(),
  type: credentialType,
  createdAt: z.iso.datetime(),
})
export type CredentialSummary = z.infer<typeof credentialSummary>
