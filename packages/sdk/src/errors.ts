import type { ErrorCode, Problem } from '@millrace/contracts'

/** What the API answered when it refused, as its RFC 9457 problem document. */
export class ApiError extends Error {
  readonly problem: Problem
  /** From the `Retry-After` header, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(problem: Problem, options: { readonly cause?: unknown; readonly retryAfterMs?: number } = {}) {
    super(problem.detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ApiError'
    this.problem = problem
    this.retryAfterMs = options.retryAfterMs
  }

  get code(): ErrorCode {
    return this.problem.code
  }
  get status(): number {
    return this.problem.status
  }
  get hint(): string {
    return this.problem.hint
  }
}
