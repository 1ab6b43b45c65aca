import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningApp } from '../fixture.js'

/** A shop's customers and stock, as the workflows of the screenshots ask for them. One article keeps everybody waiting. */
export interface OrderDesk {
  readonly url: string
  close(): void
}

export const WAITED_FOR = 'desk'

export const openOrderDesk = async (): Promise<OrderDesk> => {
  const server = createServer((request, response) => {
    if (request.url?.endsWith(`/stock/${WAITED_FOR}`)) return
    const body = request.url?.startsWith('/customers/')
      ? { name: 'Ada Lovelace', country: 'SE', spend: 1840 }
      : { inStock: 12, warehouse: 'Malmö' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // An address, as `listen` gave it a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/*
 *  order ─▶ customer ─▶ each [ price ─▶ stock, price ─▶ note ] ─▶ vip ─true─▶ approve
 *                                                                  └─false─▶ archive
 */
const definitionFor = (url: string) => ({
  format: 'millrace/v1',
  name: 'order-intake',
  nodes: [
    { id: 'order', type: 'trigger.manual', name: 'New order' },
    {
      id: 'customer',
      type: 'http.request',
      name: 'Fetch customer',
      params: { method: 'GET', url: `${url}/customers/{{ trigger.customerId }}` },
    },
    {
      id: 'each',
      type: 'flow.map',
      name: 'Each item',
      params: { items: '{{ trigger.items }}', concurrency: 4 },
      body: {
        nodes: [
          {
            id: 'price',
            type: 'transform.json',
            name: 'Price',
            params: { expression: '{ "name": item.name, "total": item.price * item.count }' },
          },
          {
            id: 'stock',
            type: 'http.request',
            name: 'Check stock',
            params: { method: 'GET', url: `${url}/stock/{{ item.sku }}` },
          },
          {
            id: 'note',
            type: 'log.message',
            name: 'Note',
            params: { message: '{{ item.name }}: {{ steps.price.output.total }} crowns' },
          },
        ],
        edges: [
          { from: 'price', to: 'stock' },
          { from: 'price', to: 'note' },
        ],
      },
    },
    {
      id: 'vip',
      type: 'flow.condition',
      name: 'Good customer?',
      params: { if: 'steps.customer.output.body.spend > 1000' },
    },
    {
      id: 'approve',
      type: 'human.approval',
      name: 'Discount',
      params: {
        title: 'A discount for {{ steps.customer.output.body.name }}?',
        description: 'Spent {{ steps.customer.output.body.spend }} so far.',
        timeout: '2d',
      },
    },
    { id: 'archive', type: 'log.message', name: 'Archive', params: { message: 'no discount' } },
  ],
  edges: [
    { from: 'order', to: 'customer' },
    { from: 'customer', to: 'each' },
    { from: 'each', to: 'vip' },
    { from: 'vip', port: 'true', to: 'approve' },
    { from: 'vip', port: 'false', to: 'archive' },
  ],
})

/** Publishes the workflow; gives its id. */
export const importOrders = async (app: RunningApp, desk: OrderDesk): Promise<string> => {
  const definition = definitionFor(desk.url)
  // The API answers with the workflow it made.
  return ((await app.api('POST', '/workflows/import', { definition, publish: true })) as { id: string }).id
}

/** Starts a run for an order of the articles; gives its id. */
export const startOrder = async (app: RunningApp, articles: readonly string[]): Promise<string> => {
  const items = articles.map((sku, index) => ({ sku, name: sku, price: 40 + 15 * index, count: index + 1 }))
  const body = { workflow: 'order-intake', input: { customerId: 'c-1042', items } }
  // The API answers with the run it has accepted.
  return ((await app.api('POST', '/runs', body)) as { run: { id: string } }).run.id
}
