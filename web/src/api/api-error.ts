import { type Problem, parseJson } from '@millrace/contracts'

/**
 * A refusal of the API, as its problem document (RFC 9457) says it. `code` is stable; `message` and `hint` are for
 * people. What never reached the server has the code UNREACHABLE, which no server sends.
 */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly hint: string
  readonly problem: Readonly<Record<string, unknown>>
  /** Milliseconds the server asks to wait, from `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(problem: ProblemLike, retryAfterMs?: number) {
    super(problem.detail)
    this.name = 'ApiError'
    this.code = problem.code
    this.status = problem.status
    this.hint = problem.hint
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }

  /** True where trying again later may help: nothing about the request itself was wrong. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

type ProblemLike = Pick<Problem, 'detail' | 'hint' | 'status'> & {
  readonly code: string
  readonly [member: string]: unknown
}

export const unreachable = (): ApiError =>
  new ApiError({
    code: 'UNREACHABLE',
    status: 0,
    detail: 'The server cannot be reached',
    hint: 'Check your connection. Nothing you entered is lost; it is tried again.',
  })

/** Reads a refusal. A proxy in between may answer something else than a problem document. */
export const readApiError = async (response: Response): Promise<ApiError> => {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const body = await readJson(response)
  return new ApiError(
    isProblem(body) ? body : foreign(response.status),
    Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined,
  )
}

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return parseJson(await response.text())
  } catch {
    return undefined
  }
}

const isProblem = (body: unknown): body is ProblemLike =>
  typeof body === 'object' &&
  body !== null &&
  'code' in body &&
  typeof body.code === 'string' &&
  'detail' in body &&
  typeof body.detail === 'string' &&
  'hint' in body &&
  typeof body.hint === 'string' &&
  'status' in body &&
  typeof body.status === 'number'

const foreign = (status: number): ProblemLike => ({
  code: `HTTP_${status}`,
  status,
  detail: `The server answered ${status}`,
  hint: status >= 500 ? 'It may be restarting. Try again in a moment.' : 'Load the page again.',
})
