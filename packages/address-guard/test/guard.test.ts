import { isIP } from 'node:net'
import { CLOSED_ADDRESSES, CLOSED_HOSTS, OPEN_ADDRESSES } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectChecked, createAddressGuard, type Resolve, resolveChecked } from '../src/index.js'

const blocked = expect.objectContaining({ code: 'HTTP_BLOCKED' })
const nobody: Resolve = async (host) => expect.unreachable(`looked up ${host}`)

describe('the guard', () => {
  it.each(CLOSED_ADDRESSES)('closes %s', (address) => {
    expect(() => createAddressGuard([]).check(address)).toThrow(blocked)
  })

  it.each(OPEN_ADDRESSES)('lets %s through', (address) => {
    expect(() => createAddressGuard([]).check(address)).not.toThrow()
  })

  it('opens only what allowPrivate names, in mapped form too', () => {
    const guard = createAddressGuard(['127.0.0.0/8', 'fd00:1::/32', 'fe80::/10'])
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', 'fd00:1::5', 'fe80::1%eth0'])
      expect(() => guard.check(address)).not.toThrow()
    for (const address of ['10.0.0.1', '::1', 'fd00:2::5', '::ffff:10.0.0.1'])
      expect(() => guard.check(address)).toThrow(blocked)
  })

  it('closes every address outside of global unicast, and every form that wraps an IPv4 address', () => {
    const guard = createAddressGuard([])
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((all) => all.join('.'))
    const wrapped = fc
      .tuple(fc.constantFrom('::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'), bytes)
      .map(([prefix, ip]) => prefix + ip)
    const outside = fc
      .tuple(fc.integer({ min: 0, max: 0xffff }), fc.nat(0xffff), fc.nat(0xffff))
      .filter(([first]) => first < 0x2000 || first > 0x3fff)
      .map(([first, second, last]) => `${first.toString(16)}:${second.toString(16)}::${last.toString(16)}`)
    fc.assert(
      fc.property(fc.oneof(wrapped, outside), (address) => {
        expect(() => guard.check(address)).toThrow(blocked)
      }),
    )
  })
})

describe('a host', () => {
  it.each([...CLOSED_HOSTS, 'a:b', 'a/b', 'a@b', ''])(
    'written as %s is closed without a look-up',
    async (host) => {
      await expect(resolveChecked(createAddressGuard([]), nobody, host)).rejects.toThrow(blocked)
    },
  )

  it('in any spelling of an open address is that address', async () => {
    const guard = createAddressGuard(['127.0.0.0/8'])
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '017700000001', '127.0.0.1.'])
      expect(await resolveChecked(guard, nobody, host)).toEqual([{ address: '127.0.0.1', family: 4 }])
  })

  it('with one closed address among open ones is closed, wherever that stands', async () => {
    for (const addresses of [
      ['8.8.8.8', '127.0.0.1'],
      ['10.0.0.1', '8.8.8.8'],
      ['2606:4700::1111', '::ffff:127.0.0.1'],
    ]) {
      const resolve: Resolve = async () => addresses.map((address) => ({ address, family: isIP(address) }))
      await expect(resolveChecked(createAddressGuard([]), resolve, 'two-faced.test')).rejects.toThrow(blocked)
    }
  })
})

describe('a connection', () => {
  const resolve: Resolve = async () => [{ address: '8.8.8.8', family: 4 }]
  const peerAt = (remoteAddress: string | undefined) => {
    const peer = { remoteAddress, destroyed: false, destroy: () => (peer.destroyed = true) }
    return peer
  }

  it.each(['127.0.0.1', '::ffff:10.0.0.1', undefined])('that came out at %s is cut', async (reached) => {
    const peer = peerAt(reached)
    const connected = connectChecked(createAddressGuard([]), resolve, 'a.test', async () => peer)
    await expect(connected).rejects.toThrow(blocked)
    expect(peer.destroyed).toBe(true)
  })

  it('goes to the addresses that were checked, one after the other', async () => {
    const both: Resolve = async () => ['8.8.8.8', '1.1.1.1'].map((address) => ({ address, family: 4 }))
    const tried: string[] = []
    const peer = await connectChecked(createAddressGuard([]), both, 'a.test', async (address) => {
      tried.push(address)
      if (tried.length === 1) throw new Error('refused')
      return peerAt(address)
    })
    expect([tried, peer.remoteAddress]).toEqual([['8.8.8.8', '1.1.1.1'], '1.1.1.1'])
  })
})
