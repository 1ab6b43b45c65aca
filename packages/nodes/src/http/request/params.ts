import { json, jsonNumber } from '@millrace/contracts'
import { z } from 'zod'
import { anyValue, credential, headers } from '../../params/schemas.js'
import { pagination } from './pages/params.js'

const scalar = z.union([z.string(), jsonNumber, z.boolean()])

export const httpRequestParams = z
  .strictObject({
    method: z
      .enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .default('GET')
      .meta({ title: 'Method' }),
    url: z.string().min(1).max(8_000).meta({
      title: 'URL',
      description: 'Absolute, http or https. Values in it are encoded for where they stand.',
      template: 'url',
    }),
    query: z
      .record(z.string(), z.union([scalar, z.null(), z.array(scalar)]))
      .optional()
      .meta({
        title: 'Query',
        description:
          'Added to the URL. A list repeats the name unless `lists` says otherwise; null leaves it out.',
      }),
    lists: z.enum(['repeat', 'brackets', 'indices', 'comma']).default('repeat').meta({
      title: 'Lists in query and form',
      description: '`a=1&a=2`, `a[]=1&a[]=2`, `a[0]=1&a[1]=2` or `a=1,2`.',
    }),
    headers: headers.optional().meta({ title: 'Headers' }),
    body: json.optional().meta({
      title: 'Body',
      description:
        'Sent as the content type says: fields of a form or of multipart, bytes, text. Without one, text is plain text, bytes keep their type, anything else is JSON.',
      control: 'json',
    }),
    auth: z
      .strictObject({
        credential: credential(['basic', 'bearer', 'header'], { title: 'Credential' }),
        digest: z.boolean().optional().meta({
          title: 'Digest',
          description:
            'Answers the digest that the server asks for, with a basic credential. No redirect is followed.',
        }),
      })
      .optional()
      .meta({ title: 'Authentication' }),
    timeoutMs: z.int().min(1).max(600_000).optional().meta({ title: 'Timeout in milliseconds' }),
    followRedirects: z.boolean().default(true).meta({
      title: 'Follow redirects',
      description: 'At most 5. When off, a redirect is an output with its `location` header.',
    }),
    responseType: z.enum(['auto', 'json', 'text', 'bytes']).default('auto').meta({
      title: 'Response',
      description: '`auto` parses what says that it is JSON, reads other text, and keeps the rest as bytes.',
    }),
    failOnStatus: z.boolean().default(true).meta({
      title: 'Fail on error status',
      description: 'When off, a status of 400 or more is an output like any other.',
    }),
    pagination: pagination.default({ mode: 'none' }).meta({
      title: 'Pages',
      description:
        'Fetches all pages of a GET or HEAD: by the Link header, by a cursor, by page number or by offset.',
      raw: true,
    }),
  })
  .refine(({ method, pagination }) => pagination.mode === 'none' || method === 'GET' || method === 'HEAD', {
    path: ['pagination'],
    message: 'pages are fetched by GET and HEAD only',
  })
export type HttpRequestParams = z.output<typeof httpRequestParams>

export const httpRequestOutput = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: anyValue({ title: 'Body' }),
  setCookies: z.array(z.string()).optional(),
  pages: z.int().optional(),
  complete: z.boolean().optional(),
})
