import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Which step of which run a resume URL is for. */
export interface ResumeTarget {
  readonly runId: string
  readonly path: string
}

/** Tokens of resume URLs. One is good for one step of one run, for as long as it may wait. */
export interface ResumeTokens {
  sign(target: ResumeTarget): string
  /** Undefined for anything that was not signed here. */
  verify(token: string): ResumeTarget | undefined
}

const target = z.tuple([z.uuid(), z.string()])
const TOKEN = /^([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{43})$/

/** HMAC-SHA-256 under a key of its own, derived from the master key (RFC 5869). */
export const createResumeTokens = (masterKey: Uint8Array): ResumeTokens => {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'millrace resume url', 32))
  const macOf = (body: string): Buffer => createHmac('sha256', key).update(body).digest()
  return {
    sign: ({ runId, path }) => {
      const body = Buffer.from(JSON.stringify([runId, path])).toString('base64url')
      return `${body}.${macOf(body).toString('base64url')}`
    },
    verify: (token) => {
      const [, body, mac] = TOKEN.exec(token) ?? []
      if (body === undefined || mac === undefined) return undefined
      if (!timingSafeEqual(macOf(body), Buffer.from(mac, 'base64url'))) return undefined
      const [runId, path] = target.parse(JSON.parse(Buffer.from(body, 'base64url').toString()))
      return { runId, path }
    },
  }
}

/** The public URLs of waiting steps, which the runner answers. `publicUrl` without a slash at its end. */
export const resumeUrls =
  (tokens: Pick<ResumeTokens, 'sign'>, publicUrl: string) =>
  (runId: string, path: string): string =>
    `${publicUrl}/resume/${tokens.sign({ runId, path })}`
