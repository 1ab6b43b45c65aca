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

  it('let one call try when their time is over, and close when it succeeds', async () => {
    const circuits = new CircuitBreakers({ failures: 1, openMs: 1 })
    await codeOf(circuits.call(at('a'), fails('HTTP_FAILED')))
    await expect.poll(() => codeOf(circuits.call(at('a'), async () => 'fine'))).toBe('answered')
    expect(circuits.open).toBe(0)
  })

  it('are bounded in number (I10)', async () => {
    const circuits = new CircuitBreakers({ failures: 1, openMs: 60_000 })
    await codeOf(circuits.call(at('first'), fails('HTTP_FAILED')))
    for (let n = 0; n < 2_000; n++) await circuits.call(at(`host-${n}`), async () => n)
    expect(circuits.open).toBe(0)
  })
})
