import type { Template } from './template.js'

/**
 *   hook ──▶ fetch ──▶ found ──true──▶ answer
 *              │         └──false──▶ missing
 *              └──error──▶ down
 */
export const callAnApi: Template = {
  title: 'Webhook, API call, condition',
  summary: 'Look a user up in another system, decide by what came back, and answer the caller.',
  definition: {
    format: 'millrace/v1',
    name: 'look-up-user',
    description: 'Send { "userId": 3 } to the webhook; the answer holds the name.',
    nodes: [
      {
        id: 'hook',
        type: 'trigger.webhook',
        name: 'POST /look-up',
        params: { path: 'look-up', auth: { kind: 'none' }, respond: 'result' },
      },
      {
        id: 'fetch',
        type: 'http.request',
        name: 'Fetch user',
        params: {
          url: 'https://jsonplaceholder.typicode.com/users/{{ trigger.body.userId }}',
          failOnStatus: false,
        },
        retry: { maxAttempts: 4, backoff: 'exponential', delayMs: 500 },
        timeoutMs: 10_000,
        onError: 'route',
      },
      {
        id: 'found',
        type: 'flow.condition',
        name: 'Found?',
        params: { if: '{{ steps.fetch.output.status = 200 }}' },
      },
      {
        id: 'answer',
        type: 'http.respond',
        name: 'Answer',
        params: { status: 200, body: { name: '{{ steps.fetch.output.body.name }}' } },
      },
      {
        id: 'missing',
        type: 'http.respond',
        name: 'Not found',
        params: { status: 404, body: { error: 'There is no such user' } },
      },
      {
        id: 'down',
        type: 'http.respond',
        name: 'Try later',
        params: { status: 503, body: { error: 'The directory cannot be reached' } },
      },
    ],
    edges: [
      { from: 'hook', to: 'fetch' },
      { from: 'fetch', to: 'found' },
      { from: 'fetch', port: 'error', to: 'down' },
      { from: 'found', port: 'true', to: 'answer' },
      { from: 'found', port: 'false', to: 'missing' },
    ],
  },
}
