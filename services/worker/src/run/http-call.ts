import type { HttpRequest } from '@millrace/http-client'
import type { NodeHttpRequest } from '@millrace/nodes'

/**
 * A step's call as it leaves. A timeout that the step's author has stated is the only one: the client's own default would
 * cut a step of 90 s off after 30 s.
 */
export const httpCall = (
  call: NodeHttpRequest,
  stepTimeoutMs: number | undefined,
  signal: AbortSignal,
): HttpRequest => ({
  ...(stepTimeoutMs === undefined ? {} : { timeoutMs: Number.POSITIVE_INFINITY }),
  ...call,
  signal,
})
