import {
  ERRORS,
  type ErrorCode,
  MillraceError,
  type Problem,
  parseJson,
  toProblem,
} from '@millrace/contracts'
import { ApiError } from './errors.js'

/** The error of an answer that is not 2xx. Reads the body. */
export const readError = async (base: string, response: Response): Promise<ApiError> => {
  const problem = asProblem(await readJson(response)) ?? unexpected(base, response.status)
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError(problem, Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {})
}

/** No answer at all: refused, reset, unknown host. */
export const unreachable = (baseUrl: string, cause: unknown): ApiError => {
  const problem = toProblem(new MillraceError('UNAVAILABLE', `Cannot reach Millrace at ${baseUrl}`))
  return new ApiError({ ...problem, hint: 'Check the URL, and that Millrace is running there.' }, { cause })
}

/** A 2xx answer that does not match its contract. */
export const contractBroken = (base: string, what: string, cause: unknown): ApiError =>
  new ApiError(
    toProblem(
      new MillraceError(
        'NOT_MILLRACE',
        `What answers at ${base} is not Millrace, or another version of it: ${what} does not match its contract`,
      ),
    ),
    { cause },
  )

/** No problem document of ours: a server that is not Millrace, or a proxy in between. */
const unexpected = (base: string, status: number): Problem => {
  const error =
    status >= 500
      ? new MillraceError('UNAVAILABLE', `The server at ${base} answered ${status}`)
      : new MillraceError('NOT_MILLRACE', `What answers at ${base} is not Millrace: it said ${status}`)
  return { ...toProblem(error), status }
}

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return parseJson(await response.text())
  } catch {
    return undefined
  }
}

const asProblem = (body: unknown): Problem | undefined => {
  if (body === null || typeof body !== 'object' || !('code' in body) || !isErrorCode(body.code))
    return undefined
  const known = toProblem(new MillraceError(body.code))
  return { ...known, ...body, code: body.code, ...text(body, 'detail'), ...text(body, 'hint') }
}

const text = (body: object, name: 'detail' | 'hint') => {
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? { [name]: value } : {}
}

const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code)
