import { isIP } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectFirst, createAddressGuard, type Peer, type Resolve } from '../src/index.js'

const guard = createAddressGuard([])
const resolveTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: isIP(address) }))

/** What became of each address; those that say nothing answer when they are told to. */
class Net {
  readonly asked: string[] = []
  readonly left: string[] = []
  readonly #answers = new Map<string, (end: Peer | Error) => void>()

  readonly connect = (address: string, signal: AbortSignal): Promise<Peer> => {
    this.asked.push(address)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.left.push(address)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave)
      this.#answers.set(address, (end) => {
        signal.removeEventListener('abort', leave)
        if (end instanceof Error) reject(end)
        else resolve(end)
      })
    })
  }
  accept(address: string, peer: Peer = this.peer(address)): void {
    this.#answers.get(address)?.(peer)
  }
  refuse(address: string): void {
    this.#answers.get(address)?.(new Error(`${address} refused`))
  }
  peer = (address: string): Peer => ({ remoteAddress: address, destroy: () => this.left.push(address) })
}

const [A, B, C] = ['8.8.8.1', '8.8.8.2', '8.8.8.3'] as const
let net: Net
let abort: AbortController
beforeEach(() => {
  vi.useFakeTimers()
  net = new Net()
  abort = new AbortController()
})
afterEach(() => {
  vi.useRealTimers()
})

const connect = (...addresses: string[]) => {
  const ended = connectFirst(guard, resolveTo(...addresses), 'h.test', net.connect, abort.signal)
  ended.catch(() => undefined)
  return ended
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('the addresses of a host', () => {
  it('that say nothing keep the next one waiting for a quarter of a second each, and are left once one accepts', async () => {
    const ended = connect(A, B, C)
    await pass(249)
    expect(net.asked).toEqual([A])
    await pass(1)
    expect(net.asked).toEqual([A, B])
    await pass(250)
    expect(net.asked).toEqual([A, B, C])
    net.accept(C)
    expect((await ended).remoteAddress).toBe(C)
    expect(net.left).toEqual([A, B])
  })

  it('that refuse are followed by the next at once', async () => {
    const ended = connect(A, B)
    await pass(0)
    net.refuse(A)
    await pass(0)
    net.accept(B)
    expect((await ended).remoteAddress).toBe(B)
  })

  it('may still accept while others are tried, and no more are asked then', async () => {
    const ended = connect(A, B, C)
    await pass(250)
    net.accept(A)
    expect((await ended).remoteAddress).toBe(A)
    await pass(1_000)
    expect(net.asked).toEqual([A, B])
    expect(net.left).toEqual([B])
  })

  it('fail with what each of them says', async () => {
    const ended = connect(A, B)
    await pass(250)
    net.refuse(B)
    net.refuse(A)
    await expect(ended).rejects.toMatchObject({
      errors: [{ message: `${B} refused` }, { message: `${A} refused` }],
    })
    const alone = connect(C)
    await pass(0)
    net.refuse(C)
    await expect(alone).rejects.toThrow(`${C} refused`)
  })

  it('are all left when the signal says so', async () => {
    const ended = connect(A, B, C)
    await pass(250)
    abort.abort(new Error('given up'))
    await expect(ended).rejects.toThrow('given up')
    expect(net.left).toEqual([A, B])
  })

  it('are checked, and their peers once more', async () => {
    await expect(connect(A, '127.0.0.1')).rejects.toMatchObject({ code: 'HTTP_BLOCKED' })
    expect(net.asked).toEqual([])
    const ended = connect(A)
    await pass(0)
    net.accept(A, net.peer('127.0.0.1'))
    await expect(ended).rejects.toMatchObject({ code: 'HTTP_BLOCKED' })
    expect(net.left).toEqual(['127.0.0.1'])
  })
})
