import type { DefinitionInput } from '@millrace/contracts'

/** Steps of the order that write outside: each of their keys must be seen there. */
export const WRITES = ['reserve', 'ship']
/** Name of the workflow, and path of its webhook. */
export const ORDER = 'order'

/**
 * Every kind of step that a fault may meet: writes, a read, a pure one, and for every fifth run a park.
 *
 *   hook ──▶ reserve ──▶ price ──────────────▶ ship
 *     │                    └─ n % 5 = 0 ─▶ nap ─▲
 *     └────▶ look ──────────────────────────────┘
 */
export function order(upstream: string): DefinitionInput {
  const call = (id: string, method: 'GET' | 'POST') => ({
    id,
    type: 'http.request',
    params: {
      method,
      url: `${upstream}/${id}/{{ trigger.body.n }}`,
      ...(method === 'POST' ? { body: {} } : {}),
    },
  })
  return {
    format: 'millrace/v1',
    name: ORDER,
    nodes: [
      {
        id: 'hook',
        type: 'trigger.webhook',
        params: { path: ORDER, auth: { kind: 'none' }, respond: 'immediately' },
      },
      call('reserve', 'POST'),
      { id: 'price', type: 'transform.json', params: { value: '{{ steps.reserve.output.body.price * 2 }}' } },
      call('look', 'GET'),
      { id: 'nap', type: 'flow.delay', params: { duration: '3s' } },
      call('ship', 'POST'),
    ],
    edges: [
      { from: 'hook', to: 'reserve' },
      { from: 'hook', to: 'look' },
      { from: 'reserve', to: 'price' },
      { from: 'price', to: 'nap', when: '{{ trigger.body.n % 5 = 0 }}' },
      { from: 'price', to: 'ship' },
      { from: 'look', to: 'ship' },
      { from: 'nap', to: 'ship' },
    ],
  }
}

/** Fires every second. */
export const everySecond: DefinitionInput = {
  format: 'millrace/v1',
  name: 'every-second',
  nodes: [
    { id: 'clock', type: 'trigger.schedule', params: { cron: '* * * * * *' } },
    { id: 'note', type: 'transform.json', params: { value: '{{ trigger.scheduledAt }}' } },
  ],
  edges: [{ from: 'clock', to: 'note' }],
}
