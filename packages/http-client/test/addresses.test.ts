import { isIP } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAddressGuard, type Resolve } from '../src/address-guard.js'
import { createHttpClient, resolveAllowed } from '../src/index.js'
import { loopbackClient, serve } from './servers.js'

const BLOCKED = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '192.0.0.8',
  '0.0.0.0',
  '0.1.2.3',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::808:808',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::',
  '2001::1',
  '2001:db8::1',
]

const blockedCode = expect.objectContaining({ code: 'HTTP_BLOCKED' })

function clientThatResolves(addresses: readonly string[]) {
  const resolve: Resolve = async () => addresses.map((address) => ({ address, family: isIP(address) }))
  const client = createHttpClient({ allowPrivate: [], resolve })
  onTestFinished(() => client.close())
  return client
}

describe('address guard', () => {
  it.each(BLOCKED)('blocks %s', (address) => {
    expect(() => createAddressGuard([]).check(address)).toThrow(blockedCode)
  })

  it.each(['8.8.8.8', '1.1.1.1', '93.184.215.14', '172.32.0.1', '198.20.0.1', '2606:4700::1111'])(
    'lets %s through',
    (address) => {
      expect(() => createAddressGuard([]).check(address)).not.toThrow()
    },
  )

  it('opens only what allowPrivate names, in mapped form too', () => {
    const guard = createAddressGuard(['127.0.0.0/8', 'fd00:1::/32'])
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', 'fd00:1::5'])
      expect(() => guard.check(address)).not.toThrow()
    for (const address of ['10.0.0.1', '::1', 'fd00:2::5', '::ffff:10.0.0.1'])
      expect(() => guard.check(address)).toThrow(blockedCode)
  })

  it('blocks every address of the closed IPv4 networks, whatever IPv6 form it is wrapped in', () => {
    const guard = createAddressGuard([])
    const closed = fc
      .tuple(fc.constantFrom(0, 10, 127), fc.nat(255), fc.nat(255), fc.nat(255))
      .map((bytes) => bytes.join('.'))
    fc.assert(
      fc.property(closed, fc.constantFrom('', '::ffff:', '::', '64:ff9b::', '64:ff9b:1::'), (ip, prefix) => {
        expect(() => guard.check(prefix + ip)).toThrow(blockedCode)
      }),
    )
  })

  it('refuses what is no address', () => {
    for (const text of ['', 'localhost', '1.2.3', 'x::y'])
      expect(() => createAddressGuard([]).check(text)).toThrow(MillraceError)
  })
})

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

  it('checks hosts of other protocols the same way', async () => {
    await expect(resolveAllowed('127.0.0.1', [])).rejects.toThrow(blockedCode)
    await expect(resolveAllowed('[::1]', [])).rejects.toThrow(blockedCode)
    await expect(resolveAllowed('2130706433', [])).rejects.toThrow(MillraceError)
    expect(await resolveAllowed('127.0.0.1', ['127.0.0.0/8'])).toBe('127.0.0.1')
    expect(await resolveAllowed('db.test', [], async () => [{ address: '8.8.8.8', family: 4 }])).toBe(
      '8.8.8.8',
    )
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
