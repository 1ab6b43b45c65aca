import { MillraceError } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { CircuitBreakers } from '../src/capabilities/circuit-breakers.js'

const fails = (code: 'HTTP_FAILED' | 'HTTP_BLOCKED' | 'CREDENTIAL_NOT_FOUND') => () =>
  Promise.reject(new MillraceError(code))
const at = (upstream: string, credential?: string) => ({ workspaceId: 'w', credential, upstream })
const codeOf = async (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof MillraceError ? error.code : 'another error'),
  )

describe('circuits', () => {
  it('open after failures in a row, for one workspace and upstream alone (I9)', async () => {
    const circuits = new CircuitBreakers({ failures: 3, openMs: 60_000, now: () => 1_000 })
    for (let call = 0; call < 3; call++)
      expect(await codeOf(circuits.call(at('a.example'), fails('HTTP_FAILED')))).toBe('HTTP_FAILED')
    let made = 0
    const count = async () => ++made
    const refused = await circuits.call(at('a.example'), count).catch((error: MillraceError) => error)
    expect(refused).toMatchObject({ code: 'CIRCUIT_OPEN', extras: { retryAfterMs: 60_000 } })
    expect(made).toBe(0)
    expect([circuits.open, circuits.rejected]).toEqual([1, 1])
    expect(await circuits.call(at('b.example'), count)).toBe(1)
    expect(await circuits.call({ ...at('a.example'), workspaceId: 'other' }, count)).toBe(2)
  })

  it('open for the credential alone whose calls fail', async () => {
    const circuits = new CircuitBreakers({ failures: 2, openMs: 60_000 })
    for (let call = 0; call < 2; call++) await codeOf(circuits.call(at('a', 'bad'), fails('HTTP_FAILED')))
    expect(await codeOf(circuits.call(at('a', 'bad'), async () => 'fine'))).toBe('CIRCUIT_OPEN')
    for (const credential of ['good', undefined])
      expect(await codeOf(circuits.call(at('a', credential), async () => 'fine'))).toBe('answered')
  })

  it('are not opened by what no other try mends', async () => {
    const circuits = new CircuitBreakers({ failures: 2, openMs: 60_000 })
    const wrong = () => {
      throw new MillraceError('DATABASE_UNREACHABLE', 'no valid URL', { details: { retryable: false } })
    }
    for (let call = 0; call < 5; call++)
      expect(await codeOf(circuits.call(at('a'), async () => wrong()))).toBe('DATABASE_UNREACHABLE')
  })

  it('count answers that say so as failures, and hand them on', async () => {
    const circuits = new CircuitBreakers({ failures: 2, openMs: 60_000 })
    const answer = () =>
      circuits.call(
        at('a'),
        async () => ({ status: 503 }),
        ({ status }) => status >= 500,
      )
    expect(await answer()).toEqual({ status: 503 })
    expect(await answer()).toEqual({ status: 503 })
    expect(await codeOf(answer())).toBe('CIRCUIT_OPEN')
  })

  it('take neither what we refuse nor a success in between for a failing upstream', async () => {
    const circuits = new CircuitBreakers({ failures: 2, openMs: 60_000 })
    const call = (make: () => Promise<unknown>) => codeOf(circuits.call(at('a'), make))
    for (let n = 0; n < 5; n++) expect(await call(fails('HTTP_BLOCKED'))).toBe('HTTP_BLOCKED')
    await call(fails('HTTP_FAILED'))
    await call(async () => 'fine')
    expect(await call(fails('HTTP_FAILED'))).toBe('HTTP_FAILED')
    expect(await call(async () => 'fine')).toBe('answered')
  })

  it('say which circuit it is, and that nothing was sent', async () => {
    const circuits = new CircuitBreakers({ failures: 1, openMs: 60_000 })
    await codeOf(circuits.call(at('a', 'key'), fails('HTTP_FAILED')))
    await expect(circuits.call(at('a', 'key'), async () => 'fine')).rejects.toMatchObject({
      message:
        'a has failed 1 times in a row with the credential key, and is left alone for a while: nothing was sent',
      extras: { details: { upstream: 'a', credential: 'key' } },
    })
  })

  describe('whose time is over', () => {
    const openedAtZero = async () => {
      const clock = { now: 0 }
      const circuits = new CircuitBreakers({ failures: 3, openMs: 10_000, now: () => clock.now })
      for (let n = 0; n < 3; n++) await codeOf(circuits.call(at('a'), fails('HTTP_FAILED')))
      const waitOf = async () => {
        const refused = await circuits.call(at('a'), async () => 'made').catch((error: unknown) => error)
        return refused instanceof MillraceError ? refused.extras.retryAfterMs : refused
      }
      return { clock, circuits, waitOf }
    }
    /** A call that is under way until it is told how to end. */
    const held = (circuits: CircuitBreakers) => {
      let end: { resolve(): void; reject(error: unknown): void } = { resolve() {}, reject() {} }
      const made = new Promise<void>((resolve, reject) => {
        end = { resolve, reject }
      })
      const call = codeOf(circuits.call(at('a'), () => made))
      return { call, ...end }
    }

    it('let one call try, and refuse the others meanwhile', async () => {
      const { clock, circuits, waitOf } = await openedAtZero()
      clock.now = 9_999
      expect(await waitOf()).toBe(1)
      clock.now = 10_000
      const probe = held(circuits)
      expect(await waitOf()).toBe(1_000)
      // The longer it takes, the longer the others wait: a slow failure must not have them ask every second.
      clock.now = 14_000
      expect(await waitOf()).toBe(4_000)
      clock.now = 19_000
      expect(await waitOf()).toBe(1_000)
      probe.resolve()
      expect(await probe.call).toBe('answered')
      expect(circuits.open).toBe(0)
      expect(await waitOf()).toBe('made')
    })

    it('open again for as long when it fails, at its first failure', async () => {
      const { clock, circuits, waitOf } = await openedAtZero()
      clock.now = 12_000
      const probe = held(circuits)
      clock.now = 13_000
      probe.reject(new MillraceError('HTTP_FAILED'))
      await probe.call
      expect(await waitOf()).toBe(10_000)
    })

    it('stay as they are when it says nothing, such as a cancelled one: the next one tries', async () => {
      const { clock, circuits, waitOf } = await openedAtZero()
      clock.now = 10_000
      const probe = held(circuits)
      probe.reject(new Error('cancelled'))
      await probe.call
      expect(circuits.open).toBe(1)
      expect(await waitOf()).toBe('made')
    })

    it('close when the other side answers, if only that it does not like what it got', async () => {
      for (const code of ['QUERY_FAILED', 'HTTP_RESPONSE_TOO_LARGE'] as const) {
        const { clock, circuits } = await openedAtZero()
        clock.now = 10_000
        await codeOf(circuits.call(at('a'), () => Promise.reject(new MillraceError(code))))
        expect(circuits.open).toBe(0)
      }
    })

    it('let another one try beside a call that takes very long', async () => {
      const { clock, circuits, waitOf } = await openedAtZero()
      clock.now = 10_000
      const endless = held(circuits)
      clock.now = 20_000
      expect(await waitOf()).toBe('made')
      endless.resolve()
      expect(await endless.call).toBe('answered')
    })

    it('do not heed what was under way when they opened', async () => {
      const circuits = new CircuitBreakers({ failures: 1, openMs: 60_000 })
      const [one, two] = [held(circuits), held(circuits)]
      one.reject(new MillraceError('HTTP_FAILED'))
      await one.call
      two.resolve()
      await two.call
      expect(circuits.open).toBe(1)
    })
  })

  it('are bounded in number (I10)', async () => {
    const circuits = new CircuitBreakers({ failures: 1, openMs: 60_000 })
    await codeOf(circuits.call(at('first'), fails('HTTP_FAILED')))
    for (let n = 0; n < 2_000; n++) await circuits.call(at(`host-${n}`), async () => n)
    expect(circuits.open).toBe(0)
  })
})
