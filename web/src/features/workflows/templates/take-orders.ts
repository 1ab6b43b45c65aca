import type { Template } from './template.js'

export const takeOrders: Template = {
  title: 'Take orders',
  summary: 'Filter and add up the lines of an order, flag large ones, and answer with the total.',
  definition: {
    format: 'millrace/v1',
    name: 'take-orders',
    description: 'Send { "lines": [{ "quantity": 2, "price": 30 }] } to the webhook.',
    nodes: [
      {
        id: 'order',
        type: 'trigger.webhook',
        name: 'POST /take-orders',
        params: { path: 'take-orders', auth: { kind: 'none' }, respond: 'result' },
      },
      {
        id: 'lines',
        type: 'flow.filter',
        name: 'Lines with a quantity',
        params: { items: '{{ trigger.body.lines }}', where: 'item.quantity > 0' },
      },
      {
        id: 'total',
        type: 'transform.json',
        name: 'Add up',
        params: { expression: '{ "total": $sum(steps.lines.output.(quantity * price)) }' },
      },
      {
        id: 'large',
        type: 'flow.condition',
        name: 'Over 1,000?',
        params: { if: '{{ steps.total.output.total > 1000 }}' },
      },
      {
        id: 'flag',
        type: 'log.message',
        name: 'Flag it',
        params: { level: 'warn', message: 'Large order: {{ steps.total.output.total }}' },
      },
      {
        id: 'answer',
        type: 'http.respond',
        name: 'Answer',
        params: { status: 201, body: { accepted: true, total: '{{ steps.total.output.total }}' } },
      },
    ],
    edges: [
      { from: 'order', to: 'lines' },
      { from: 'lines', to: 'total' },
      { from: 'total', to: 'large' },
      { from: 'large', port: 'true', to: 'flag' },
      { from: 'large', port: 'false', to: 'answer' },
      { from: 'flag', to: 'answer' },
    ],
  },
}
