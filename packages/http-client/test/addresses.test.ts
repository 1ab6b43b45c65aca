import { isIP } from 'node:net'
import type { Resolve } from '@millrace/address-guard'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpClient } from '../src/index.js'
import { loopbackClient, serve } from './servers.js'

const blockedCode = expect.objectContaining({ code: 'HTTP_BLOCKED' })

function clientThatResolves(addresses: readonly string[]) {
  const resolve: Resolve = async () => addresses.map((address) => ({ address, family: isIP(address) }))
  const client = createHttpClient({ allowPrivate: [], resolve })
  onTestFinished(() => client.close())
  return client
}

describe('hosts of requests', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://169.254.169.254/latest/meta-data/',
  ])('blocks the literal %s without a look-up', async (url) => {
    const client = createHttpClient({
      allowPrivate: [],
      resolve: async (host) => expect.unreachable(`looked up ${host}`),
    })
    await expect(client.request({ method: 'GET', url })).rejects.toThrow(blockedCode)
    await client.close()
  })

  it.each(['http://localhost/', 'http://localhost./', 'http://LOCALHOST/'])('blocks %s', async (url) => {
    const client = createHttpClient({ allowPrivate: [] })
    await expect(client.request({ method: 'GET', url })).rejects.toThrow(blockedCode)
    await client.close()
  })

  it('blocks a host with one closed address among open ones, wherever it stands', async () => {
    for (const addresses of [
      ['8.8.8.8', '127.0.0.1'],
      ['10.0.0.1', '8.8.8.8'],
      ['2606:4700::1111', '::ffff:127.0.0.1'],
    ]) {
      const request = clientThatResolves(addresses).request({ method: 'GET', url: 'http://two-faced.test/' })
      await expect(request).rejects.toThrow(blockedCode)
    }
  })

  it('connects to the address that was checked: a resolver that changes its mind is asked once', async () => {
    const { origin, seen } = await serve((_request, response) => response.end('reached'))
    const answers = ['127.0.0.1', '10.0.0.1']
    const client = createHttpClient({
      allowPrivate: ['127.0.0.0/8'],
      resolve: async () => [{ address: answers.shift() ?? '10.0.0.1', family: 4 }],
    })
    onTestFinished(() => client.close())
    const url = origin.replace('127.0.0.1', 'rebinding.test')
    expect((await client.request({ method: 'GET', url })).status).toBe(200)
    expect(seen[0]?.headers.host).toBe(new URL(url).host)
    expect(answers).toEqual(['10.0.0.1'])
  })

  it('blocks a rebinding host at its second connection', async () => {
    const { origin, seen } = await serve((_request, response) =>
      response.setHeader('connection', 'close').end(),
    )
    const answers = ['127.0.0.1', '10.0.0.1']
    const client = createHttpClient({
      allowPrivate: ['127.0.0.0/8'],
      resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
    })
    onTestFinished(() => client.close())
    const request = { method: 'GET', url: origin.replace('127.0.0.1', 'rebinding.test') }
    await client.request(request)
    await expect(client.request(request)).rejects.toThrow(blockedCode)
    expect(seen).toHaveLength(1)
  })

  it('goes on to the next address of a host when one refuses', async () => {
    const { origin } = await serve((_request, response) => response.end('reached'))
    const client = createHttpClient({
      allowPrivate: ['127.0.0.0/8', '::1/128'],
      resolve: async () => [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    })
    onTestFinished(() => client.close())
    const { body } = await client.request({ method: 'GET', url: origin.replace('127.0.0.1', 'dual.test') })
    expect(Buffer.from(body).toString()).toBe('reached')
  })

  it('says which host is unknown', async () => {
    const client = createHttpClient({
      allowPrivate: [],
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    })
    const request = client.request({ method: 'GET', url: 'http://nowhere.test/?key=secret' })
    await expect(request).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: expect.stringContaining('nowhere.test'),
    })
    await client.close()
  })
})

describe('URLs', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:text/plain,x',
    'javascript:1',
    '/relative',
    'http://',
    '',
  ])('refuses %j', async (url) => {
    await expect(loopbackClient().request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'HTTP_INVALID_URL',
    })
  })

  it('refuses a name or password in the URL, and does not repeat it', async () => {
    for (const url of ['http://user:hunter2@example.com/', 'http://hunter2@example.com/']) {
      const error = await loopbackClient()
        .request({ method: 'GET', url })
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'HTTP_INVALID_URL' })
      expect(String(error)).not.toContain('hunter2')
    }
  })
})
