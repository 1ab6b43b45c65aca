import { z } from 'zod'
import { credential, headerName } from '../../params/schemas.js'

const secret = credential(['secret'], { title: 'Secret', description: 'Without one everything is refused.' })

const path = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'use letters, digits, - and _, with / between segments')

const apiKey = z.discriminatedUnion('in', [
  z.strictObject({
    kind: z.literal('api-key'),
    in: z.literal('header'),
    name: headerName.meta({ title: 'Header' }),
    credential: secret,
  }),
  z.strictObject({
    kind: z.literal('api-key'),
    in: z.literal('query'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'use letters, digits, _ . -')
      .meta({ title: 'Query parameter' }),
    credential: secret,
  }),
])

const hmac = z.strictObject({
  kind: z.literal('hmac'),
  credential: secret,
  header: headerName.default('x-signature').meta({ title: 'Header of the signature' }),
  algorithm: z.enum(['sha256', 'sha1', 'sha512']).default('sha256').meta({ title: 'Algorithm' }),
  encoding: z.enum(['hex', 'base64']).default('hex').meta({ title: 'Encoding' }),
  prefix: z
    .string()
    .max(64)
    .default('')
    .meta({ title: 'Prefix', description: 'What stands before the signature, such as `sha256=`.' }),
})

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  apiKey,
  hmac,
  z.strictObject({ kind: z.literal('github'), credential: secret }),
])

export const webhookParams = z.strictObject({
  path: path.meta({ title: 'Path', description: 'The URL is /hooks/<workspace>/<path>.' }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST').meta({ title: 'Method' }),
  auth: auth.default({ kind: 'none' }).meta({ title: 'Who may call' }),
  respond: z.enum(['immediately', 'result']).default('immediately').meta({
    title: 'Respond',
    description: '`immediately` answers 202 with the run; `result` waits for `http.respond` or the end.',
  }),
  allowIps: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .optional()
    .meta({ title: 'Allowed addresses', description: 'IP addresses or CIDR ranges; all when left out.' }),
})
export type WebhookParams = z.output<typeof webhookParams>
export type WebhookAuth = WebhookParams['auth']
