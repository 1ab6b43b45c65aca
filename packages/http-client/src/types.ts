/** The only way out of Millrace over HTTP. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Record<string, string>
  /** Names of headers that hold a secret for this origin: dropped when it changes, as Authorization is. */
  readonly secretHeaders?: readonly string[]
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
  /** Whole call, redirects included. Default 30,000; Infinity leaves it to `signal`. Connecting takes 10,000 at most, all addresses of a host together. */
  readonly timeoutMs?: number
  /** Default 10 MB (10 × 1,048,576). */
  readonly maxResponseBytes?: number
  /** 0 to 5; default 5. Each hop is checked again; Authorization is dropped when the origin changes. */
  readonly maxRedirects?: number
}

export interface HttpResponse {
  readonly status: number
  /** By lower-case name; several of one name are joined by commas. */
  readonly headers: Record<string, string>
  /** Each `Set-Cookie` as it came; left out when there is none. */
  readonly setCookies?: readonly string[]
  /** Its content codings taken off. */
  readonly body: Uint8Array
  readonly url: string
}

export interface HttpClient {
  /** Throws MillraceError HTTP_BLOCKED, HTTP_FAILED, HTTP_INVALID_URL or HTTP_RESPONSE_TOO_LARGE. An error status is an answer, not a throw. */
  request(request: HttpRequest): Promise<HttpResponse>
  close(): Promise<void>
}
