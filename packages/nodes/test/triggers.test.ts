import { definition, type Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import {
  eventListeners,
  failureListeners,
  nextTick,
  nodeCatalogue,
  scheduleEntries,
  webhookRoutes,
} from '../src/index.js'

const withNodes = (...nodes: { id: string; type: string; params: Record<string, Json> }[]) =>
  definition.parse({ format: 'millrace/v1', name: 'test', nodes, edges: [] })

const problems = (type: string, params: Record<string, Json>) =>
  nodeCatalogue()
    .get(type)
    ?.checkParams(params)
    .map(({ pointer }) => pointer)

describe('webhookRoutes', () => {
  it('fills in defaults and skips other nodes', () => {
    const auth = { kind: 'hmac', credential: 'secret' }
    const routes = webhookRoutes(
      withNodes(
        { id: 'manual', type: 'trigger.manual', params: {} },
        { id: 'hook', type: 'trigger.webhook', params: { path: 'a/b', auth } },
      ),
    )
    expect(routes).toEqual([
      {
        nodeId: 'hook',
        path: 'a/b',
        method: 'POST',
        respond: 'immediately',
        auth: { ...auth, header: 'x-signature', algorithm: 'sha256', encoding: 'hex', prefix: '' },
      },
    ])
  })

  it.each(['', '/a', 'a/', 'a//b', 'a b', 'a?b', '../a'])('refuses the path %j', (path) => {
    expect(problems('trigger.webhook', { path })).toEqual(['/path'])
  })

  it.each(['constructor', 'a/__proto__'])('takes the path %j, as any other', (path) => {
    expect(problems('trigger.webhook', { path })).toEqual([])
  })

  it('takes addresses and ranges', () => {
    const good = ['192.0.2.1', '192.0.2.0/24', '::1', '2001:db8::/32']
    expect(problems('trigger.webhook', { path: 'a', allowIps: good })).toEqual([])
    expect(problems('trigger.webhook', { path: 'a', allowIps: ['localhost'] })).toEqual(['/allowIps/0'])
  })

  it('takes an API key in a header or the query', () => {
    const key = (place: string, name: string) =>
      problems('trigger.webhook', { path: 'a', auth: { kind: 'api-key', in: place, name, credential: 'c' } })
    expect(key('header', 'x-api-key')).toEqual([])
    expect(key('query', 'key')).toEqual([])
    expect(key('header', 'a b')).toEqual(['/auth/name'])
    expect(key('cookie', 'key')).toEqual(['/auth/in'])
  })
})

describe('scheduleEntries', () => {
  it('fills in defaults', () => {
    expect(
      scheduleEntries(withNodes({ id: 'tick', type: 'trigger.schedule', params: { cron: '*/5 * * * *' } })),
    ).toEqual([{ nodeId: 'tick', cron: '*/5 * * * *', timezone: 'UTC', misfire: 'latest' }])
  })

  it.each(['', '* * * *', '* * * * * * *', '61 * * * *', '@daily', 'a b c d e'])(
    'refuses the cron %j',
    (cron) => {
      expect(problems('trigger.schedule', { cron })).toEqual(['/cron'])
    },
  )

  it('refuses what never fires, and unknown zones', () => {
    expect(problems('trigger.schedule', { cron: '0 0 30 2 *' })).toEqual(['/cron'])
    expect(problems('trigger.schedule', { cron: '0 0 * * *', timezone: 'Mars/Olympus' })).toEqual([
      '/timezone',
    ])
  })
})

describe('listeners', () => {
  it('name events, and the workflows whose failures they hear of', () => {
    const parsed = withNodes(
      { id: 'on', type: 'trigger.event', params: { name: 'paid', key: 'a1' } },
      { id: 'any', type: 'trigger.failure', params: {} },
      { id: 'some', type: 'trigger.failure', params: { workflows: ['orders'], on: ['failed', 'cancelled'] } },
    )
    expect(eventListeners(parsed)).toEqual([{ nodeId: 'on', name: 'paid', key: 'a1' }])
    expect(failureListeners(parsed)).toEqual([
      { nodeId: 'any', workflows: [], on: ['failed'] },
      { nodeId: 'some', workflows: ['orders'], on: ['failed', 'cancelled'] },
    ])
  })

  it('are read when the workflow is published: their params hold no templates', () => {
    expect(problems('trigger.event', { name: '{{ vars.name }}' })).toEqual(['/name'])
    expect(problems('trigger.event', {})).toEqual(['/name'])
    expect(problems('trigger.failure', { on: [] })).toEqual(['/on'])
  })
})

describe('nextTick', () => {
  const next = (cron: string, timezone: string, after: string) =>
    nextTick({ cron, timezone }, new Date(after))?.toISOString()

  it('is strictly after', () => {
    expect(next('0 * * * *', 'UTC', '2026-01-01T10:00:00Z')).toBe('2026-01-01T11:00:00.000Z')
    expect(next('*/10 * * * * *', 'UTC', '2026-01-01T10:00:00Z')).toBe('2026-01-01T10:00:10.000Z')
  })

  it('goes by the zone', () => {
    expect(next('0 9 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z')).toBe('2026-01-01T03:30:00.000Z')
  })

  it('fires at the change when a local time is skipped', () => {
    expect(next('30 2 * * *', 'Europe/Stockholm', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z')
  })

  it('fires once when a local time comes twice', () => {
    expect(next('30 2 * * *', 'Europe/Stockholm', '2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(next('30 2 * * *', 'Europe/Stockholm', '2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z')
  })
})
