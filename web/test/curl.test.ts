import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { curlFor, hookUrl } from '../src/features/config-panel/triggers/curl.js'

const URL = 'https://m.example/hooks/home/orders'

/** What curl would be called with: the line is run by a shell in which curl prints its arguments. */
const run = (line: string, secret: string): string[] => {
  const script = `curl() { printf '%s\\n' "$@"; }\n${line.replace('SECRET=...', `SECRET='${secret}'`)}`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n')
}
const hmac = (encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, 'it is a secret').update('{"hello":"world"}').digest(encoding)

describe('curlFor', () => {
  it('names the URL of the webhook', () => {
    expect(hookUrl('https://m.example', 'home', { path: 'orders/new' })).toBe(
      'https://m.example/hooks/home/orders/new',
    )
  })

  it('sends JSON where the method has a body', () => {
    const { line, needs } = curlFor(URL, { method: 'POST' })
    expect(needs).toBeUndefined()
    expect(run(line, '')).toEqual([
      '-i',
      '-X',
      'POST',
      URL,
      '-H',
      'content-type: application/json',
      '-d',
      '{"hello":"world"}',
    ])
    expect(run(curlFor(URL, { method: 'GET', auth: { kind: 'none' } }).line, '')).not.toContain('-d')
  })

  it('puts a key into its header, or into the query', () => {
    const header = curlFor(URL, {
      auth: { kind: 'api-key', in: 'header', name: 'x-key', credential: 'orders' },
    })
    expect(run(header.line, 'abc')).toContain('x-key: abc')
    expect(header.needs).toBe('the value of the credential orders')
    const query = curlFor(URL, { auth: { kind: 'api-key', in: 'query', name: 'key' } })
    expect(run(query.line, 'abc')).toContain(`${URL}?key=abc`)
  })

  it('signs the body as the webhook checks it', () => {
    const auth = { kind: 'hmac', prefix: 'v=', header: 'x-sig', algorithm: 'sha512', encoding: 'base64' }
    const bare = { kind: 'hmac' }
    expect(run(curlFor(URL, { auth: bare }).line, 'it is a secret')).toContain(`x-signature: ${hmac('hex')}`)
    const sha512 = run(curlFor(URL, { auth }).line, 'it is a secret').join('').replaceAll(/\s/g, '')
    expect(sha512).toContain(`x-sig:v=${hmac('base64', 'sha512')}`)
    const github = run(curlFor(URL, { auth: { kind: 'github' } }).line, 'it is a secret')
    expect(github).toContain(`x-hub-signature-256: sha256=${hmac('hex')}`)
  })

  it('says what it cannot do for a kind it does not know', () => {
    expect(curlFor(URL, { auth: { kind: 'stripe', credential: 's' } }).needs).toContain('signed as stripe')
  })
})
