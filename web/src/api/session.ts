import { type TokenAnswer, tokenAnswer } from '@millrace/contracts'
import { ApiError, readApiError, unreachable } from './api-error.js'

/**
 * Who is signed in.
 *
 * Owns the access token, which lives in memory only, and its renewal by the refresh cookie, which no script can
 * read. Does not own requests: see client.ts.
 *
 * 1. One renewal at a time, however many requests find their token expired.
 * 2. A session that ends while somebody works becomes `expired`, not `signed-out`: the page stays, and requests
 *    wait for the next sign-in of the same person.
 */
export type SessionState =
  /** Nobody has asked the server yet whether the cookie still holds. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-in'; readonly identity: Identity }
  | { readonly kind: 'expired'; readonly identity: Identity }
  | { readonly kind: 'signed-out' }

export type Identity = Pick<TokenAnswer, 'user' | 'workspace'>

/** Milliseconds before its end at which a token is renewed rather than used. */
const MARGIN_MS = 20_000

export interface SessionOptions {
  readonly fetch: typeof fetch
  /** Milliseconds, of any steady clock. */
  readonly now: () => number
}

export class Session {
  readonly #options: SessionOptions
  readonly #listeners = new Set<() => void>()
  #state: SessionState = { kind: 'unknown' }
  #token: { readonly value: string; readonly until: number } | undefined
  #renewal: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Both are bound: React's useSyncExternalStore takes them as they are. */
  readonly getState = (): SessionState => this.#state
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Throws ApiError: INVALID_CREDENTIALS, ACCOUNT_LOCKED. */
  async signIn(email: string, password: string): Promise<void> {
    const response = await this.#post('login', { email, password })
    if (!response.ok) throw await readApiError(response)
    this.#accept(tokenAnswer.parse(await response.json()))
  }

  /** Never throws: whatever the server says, this page forgets the token. */
  async signOut(): Promise<void> {
    await this.#post('logout').catch(() => undefined)
    this.#token = undefined
    this.#become({ kind: 'signed-out' })
  }

  /** Asks the server once whether the cookie of an earlier visit still holds. Throws ApiError when it cannot say. */
  async restore(): Promise<SessionState> {
    if (this.#state.kind === 'unknown') await this.#renew()
    return this.#state
  }

  /**
   * A token that is good for a request now; waits for the person to sign in again where the session has expired.
   * Throws ApiError when nobody is signed in, or the server cannot be reached; the signal's reason when aborted.
   */
  async token(signal?: AbortSignal): Promise<string> {
    const known = this.#token
    if (known !== undefined && known.until > this.#options.now()) return known.value
    if (this.#state.kind !== 'expired') await this.#renew()
    if (this.#state.kind === 'expired') await this.#signedInAgain(signal)
    if (this.#token === undefined) throw notSignedIn()
    return this.#token.value
  }

  /** The server refused this token although it looked good; the next request gets another. */
  reject(token: string): void {
    if (this.#token?.value === token) this.#token = undefined
  }

  #renew(): Promise<void> {
    this.#renewal ??= this.#refresh().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #refresh(): Promise<void> {
    const response = await this.#post('refresh')
    if (response.ok) return this.#accept(tokenAnswer.parse(await response.json()))
    if (response.status !== 401) throw await readApiError(response)
    this.#token = undefined
    const { identity } = { identity: undefined, ...this.#state }
    this.#become(identity === undefined ? { kind: 'signed-out' } : { kind: 'expired', identity })
  }

  #accept(answer: TokenAnswer): void {
    const lifeMs = answer.expiresIn * 1_000
    this.#token = {
      value: answer.accessToken,
      until: this.#options.now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 2),
    }
    this.#become({ kind: 'signed-in', identity: { user: answer.user, workspace: answer.workspace } })
  }

  #become(state: SessionState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }

  #signedInAgain(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        unsubscribe()
        signal?.removeEventListener('abort', abort)
        act()
      }
      const abort = () => finish(() => reject(signal?.reason))
      const unsubscribe = this.subscribe(() => {
        if (this.#state.kind !== 'expired') finish(resolve)
      })
      signal?.addEventListener('abort', abort)
      if (signal?.aborted === true) abort()
    })
  }

  async #post(path: 'login' | 'refresh' | 'logout', body: object = {}): Promise<Response> {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return await this.#options.fetch(`/api/v1/auth/${path}`, request).catch(() => {
      throw unreachable()
    })
  }
}

const notSignedIn = () =>
  new ApiError({ code: 'UNAUTHENTICATED', status: 401, detail: 'Nobody is signed in', hint: 'Sign in.' })
