import { stringifyJson } from '@millrace/contracts'
import type { FastifySerializerCompiler } from 'fastify'
import { safeEncode, type ZodType } from 'zod'

/** Answers by their zod schemas, and big integers with their digits. What does not match is our fault: a 500. */
export const serializerCompiler: FastifySerializerCompiler<ZodType> =
  ({ schema, method, url }) =>
  (data) => {
    const encoded = safeEncode(schema, data)
    if (encoded.error !== undefined)
      throw new Error(`the answer of ${method} ${url} does not match its schema`, { cause: encoded.error })
    return stringifyJson(encoded.data)
  }
