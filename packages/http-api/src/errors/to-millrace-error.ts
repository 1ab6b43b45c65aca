import { type ErrorCode, MillraceError } from '@millrace/contracts'
import type { FastifyError } from 'fastify'
import { isUnprepared, isUnreachable } from './unreachable.js'

/** Milliseconds. */
const RETRY_WHEN_UNREACHABLE = 2_000

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  412: 'PRECONDITION_FAILED',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
}

/** Whatever a route threw, as an error of the catalogue. What nobody foresaw becomes INTERNAL, without details. */
export const toMillraceError = (error: unknown): MillraceError => {
  if (error instanceof MillraceError) return error
  if (isCallerGone(error))
    return new MillraceError('INVALID_REQUEST', 'The request broke off before all of it had come', {
      cause: error,
    })
  if (isUnreachable(error))
    return new MillraceError('UNAVAILABLE', 'The database cannot be reached', {
      cause: error,
      retryAfterMs: RETRY_WHEN_UNREACHABLE,
    })
  if (isUnprepared(error))
    return new MillraceError('UNAVAILABLE', 'The database is not as this version needs it', {
      cause: error,
      retryAfterMs: RETRY_WHEN_UNREACHABLE,
    })
  if (isFastifyError(error)) return fromFastify(error)
  if (isHttpError(error))
    return new MillraceError(BY_STATUS[error.statusCode] ?? 'INVALID_REQUEST', undefined, { cause: error })
  return new MillraceError('INTERNAL', undefined, { cause: error })
}

/** A socket error of the caller's own: Fastify gives those a status, and nothing else's. Nobody reads the answer. */
const isCallerGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && 'statusCode' in error

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

/** As `http-errors` makes them, which `@fastify/static` throws: of the caller's own making, and fit to be told. */
const isHttpError = (error: unknown): error is Error & { readonly statusCode: number } =>
  error instanceof Error &&
  'expose' in error &&
  error.expose === true &&
  'statusCode' in error &&
  typeof error.statusCode === 'number' &&
  error.statusCode < 500

const fromFastify = (error: FastifyError): MillraceError => {
  if (error.validation !== undefined) return invalidRequest(error)
  const status = error.statusCode ?? 500
  if (!error.code.startsWith('FST_') || status < 400 || status >= 500)
    return new MillraceError('INTERNAL', undefined, { cause: error })
  return new MillraceError(BY_STATUS[status] ?? 'INVALID_REQUEST', error.message, { cause: error })
}

const SOURCES: Readonly<Record<string, string>> = { querystring: 'query' }

/** An integer beyond 2^53 is a bigint to us, and a number to whoever sent it. */
const wordOf = (message: string): string =>
  /expected (?:number|int), received bigint/.test(message)
    ? `Invalid input: expected a number within ±${Number.MAX_SAFE_INTEGER}`
    : message

/** Zod's messages name what was expected and never quote the value, which may be a secret (I8). */
const invalidRequest = (error: FastifyError): MillraceError => {
  const place = error.validationContext ?? 'body'
  const source = SOURCES[place] ?? place
  const errors = (error.validation ?? []).map((issue) => ({
    in: source,
    pointer: issue.instancePath === '/' ? '' : (issue.instancePath ?? ''),
    message: wordOf(issue.message ?? 'Invalid'),
  }))
  const first = errors[0]
  const detail = first === undefined ? undefined : `${source}${first.pointer}: ${first.message}`
  return new MillraceError('INVALID_REQUEST', detail, { cause: error, details: { errors } })
}
