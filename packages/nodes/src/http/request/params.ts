import { json, jsonNumber } from '@millrace/contracts'
import { z } from 'zod'
import { anyValue, credential, headers } from '../../params/schemas.js'

const scalar = z.union([z.string(), jsonNumber, z.boolean()])

export const httpRequestParams = z.strictObject({
  method: z
    .enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .default('GET')
    .meta({ title: 'Method' }),
  url: z.string().min(1).max(8_000).meta({ title: 'URL', description: 'Absolute, http or https.' }),
  query: z
    .record(z.string(), z.union([scalar, z.null(), z.array(scalar)]))
    .optional()
    .meta({ title: 'Query', description: 'Added to the URL. A list repeats the name; null leaves it out.' }),
  headers: headers.optional().meta({ title: 'Headers' }),
  body: json.optional().meta({
    title: 'Body',
    description: 'A string is sent as it is, anything else as JSON.',
    control: 'json',
  }),
  auth: z
    .strictObject({
      credential: credential(['basic', 'bearer', 'header'], { title: 'Credential' }),
    })
    .optional()
    .meta({ title: 'Authentication' }),
  timeoutMs: z.int().min(1).max(600_000).optional().meta({ title: 'Timeout in milliseconds' }),
  responseType: z.enum(['auto', 'json', 'text']).default('auto').meta({
    title: 'Response',
    description: '`auto` parses JSON when the response says that it is JSON.',
  }),
  failOnStatus: z.boolean().default(true).meta({
    title: 'Fail on error status',
    description: 'When off, a status of 400 or more is an output like any other.',
  }),
})
export type HttpRequestParams = z.output<typeof httpRequestParams>

export const httpRequestOutput = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: anyValue({ title: 'Body' }),
})
