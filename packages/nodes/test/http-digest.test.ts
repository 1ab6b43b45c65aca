import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestAuthorization } from '../src/http/request/digest.js'
import type { NodeHttpRequest } from '../src/index.js'
import { execute, type Outside } from './context.js'

/** The examples of RFC 7616, section 3.9.1. */
const example = {
  method: 'GET',
  url: 'http://www.example.org/dir/index.html',
  username: 'Mufasa',
  password: 'Circle of Life',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}
const challenge = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'

describe('digest authentication', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('by %s is that of RFC 7616', (algorithm, response) => {
    const authorization = digestAuthorization(challenge(algorithm), example)
    expect(authorization).toContain(`response="${response}"`)
    expect(authorization).toMatch(/^Digest username="Mufasa", realm="http-auth@example.org", /)
    expect(authorization).toContain('uri="/dir/index.html"')
    expect(authorization).toContain('qop=auth, nc=00000001')
    expect(authorization).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"')
  })

  it('without qop is that of RFC 2069', () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    const expected = md5(`${md5('u:r:p')}:n:${md5('GET:/a?b=1')}`)
    const request = { ...example, url: 'http://h/a?b=1', username: 'u', password: 'p' }
    expect(digestAuthorization('Digest realm="r", nonce="n"', request)).toContain(`response="${expected}"`)
  })

  it.each([
    ['nothing', undefined],
    ['another scheme', 'Basic realm="x"'],
    ['an unknown algorithm', 'Digest realm="r", nonce="n", algorithm=ROT13'],
    ['the integrity of bodies', 'Digest realm="r", nonce="n", qop="auth-int"'],
    ['no nonce', 'Digest realm="r"'],
  ])('does not answer %s', (_what, text) => {
    expect(digestAuthorization(text, example)).toBeUndefined()
  })

  it('answers the first of several challenges that it knows', () => {
    const several = `Basic realm="a, b", Digest realm="x", nonce="n", algorithm=ROT13, ${challenge('SHA-256')}`
    expect(digestAuthorization(several, example)).toContain('algorithm=SHA-256')
  })

  const credentials: Outside['credentials'] = {
    b: { type: 'basic', data: { username: 'Mufasa', password: 'Circle of Life' } },
    t: { type: 'bearer', data: { token: 'tok' } },
  }
  const call = async (answers: number[], credential = 'b') => {
    const sent: NodeHttpRequest[] = []
    const params = { url: example.url, method: 'POST', body: 'x', auth: { credential, digest: true } }
    const result = await execute('http.request', params, {
      credentials,
      http: async (request) => {
        sent.push(request)
        return {
          status: answers[sent.length - 1]!,
          headers: { 'www-authenticate': challenge('SHA-256') },
          body: Buffer.alloc(0),
        }
      },
    })
    return { sent, result }
  }

  it('is given once the server has asked, and never before', async () => {
    const { sent, result } = await call([401, 200])
    expect(sent.map(({ headers }) => headers?.['authorization']?.slice(0, 6))).toEqual([undefined, 'Digest'])
    expect(sent[1]).toMatchObject({ method: 'POST', body: 'x', maxRedirects: 0 })
    expect(result).toMatchObject({ output: { status: 200 } })
    expect((await call([200])).sent).toHaveLength(1)
  })

  it('that is refused fails the step after the second call', async () => {
    await expect(call([401, 401])).rejects.toMatchObject({ code: 'HTTP_STATUS' })
  })

  it('takes a name and a password', async () => {
    await expect(call([200], 't')).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })
})
