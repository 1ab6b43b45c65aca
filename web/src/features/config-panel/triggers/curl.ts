import type { JsonObject } from '@millrace/contracts'

/** Where a webhook listens, and how it is called from a shell. */

export const hookUrl = (origin: string, workspace: string, params: JsonObject): string =>
  `${origin}/hooks/${encodeURIComponent(workspace)}/${textOf(params.path)
    .split('/')
    .map(encodeURIComponent)
    .join('/')}`

export interface CurlLine {
  /** Ready to paste, but for the secret. */
  readonly line: string
  /** What is to be put in; undefined where nothing is. */
  readonly needs: string | undefined
}

const BODY = '{"hello":"world"}'

export const curlFor = (url: string, params: JsonObject): CurlLine => {
  const method = textOf(params.method) || 'POST'
  const hasBody = method !== 'GET' && method !== 'DELETE'
  const auth = objectOf(params.auth)
  const secret = `the value of the credential ${textOf(auth.credential) || '(not chosen yet)'}`
  switch (textOf(auth.kind)) {
    case '':
    case 'none':
      return { line: join([start(method, url), ...bodyOf(hasBody)]), needs: undefined }
    case 'api-key': {
      const name = textOf(auth.name) || 'x-api-key'
      const key = auth.in === 'query' ? [] : [`-H "${name}: $SECRET"`]
      const target = auth.in === 'query' ? `${url}?${encodeURIComponent(name)}=$SECRET` : url
      return { line: join(['SECRET=...;', start(method, target), ...key, ...bodyOf(hasBody)]), needs: secret }
    }
    case 'hmac':
      return { line: signed(method, url, hmacOf(auth), []), needs: secret }
    case 'github':
      return {
        line: signed(method, url, GITHUB, [
          "-H 'x-github-event: ping'",
          '-H "x-github-delivery: $(uuidgen)"',
        ]),
        needs: secret,
      }
    default:
      return {
        line: join([start(method, url), ...bodyOf(hasBody)]),
        needs: `a request signed as ${textOf(auth.kind)} signs it, with ${secret}`,
      }
  }
}

interface Signature {
  readonly header: string
  readonly algorithm: string
  readonly encoding: string
  readonly prefix: string
}

const GITHUB: Signature = {
  header: 'x-hub-signature-256',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256=',
}

const hmacOf = (auth: JsonObject): Signature => ({
  header: textOf(auth.header) || 'x-signature',
  algorithm: textOf(auth.algorithm) || 'sha256',
  encoding: textOf(auth.encoding) || 'hex',
  prefix: textOf(auth.prefix),
})

/** Signs the very bytes that are sent. */
const signed = (method: string, url: string, signature: Signature, more: readonly string[]): string => {
  const { header, algorithm, encoding, prefix } = signature
  const digest = `printf %s "$BODY" | openssl dgst -${algorithm} -hmac "$SECRET" -binary`
  const encode = encoding === 'base64' ? 'base64' : "od -An -vtx1 | tr -d ' \\n'"
  return join([
    `SECRET=...; BODY='${BODY}';`,
    start(method, url),
    `-H "${header}: ${prefix}$(${digest} | ${encode})"`,
    ...more,
    "-H 'content-type: application/json'",
    '-d "$BODY"',
  ])
}

const start = (method: string, url: string): string => `curl -i -X ${method} "${url}"`

const bodyOf = (hasBody: boolean): string[] =>
  hasBody ? ["-H 'content-type: application/json'", `-d '${BODY}'`] : []

const join = (parts: readonly string[]): string => parts.join(' \\\n  ').replaceAll('; \\\n  curl', ';\ncurl')

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const objectOf = (value: JsonObject[string] | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
