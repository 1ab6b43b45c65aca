import type { Template } from './template.js'

export const checkASite: Template = {
  title: 'Check a site every five minutes',
  summary: 'A schedule calls an address with retries; an error takes a way of its own.',
  definition: {
    format: 'millrace/v1',
    name: 'check-a-site',
    description: 'Every five minutes, and by hand.',
    nodes: [
      {
        id: 'tick',
        type: 'trigger.schedule',
        name: 'Every five minutes',
        params: { cron: '*/5 * * * *', timezone: 'UTC' },
      },
      { id: 'now', type: 'trigger.manual', name: 'By hand' },
      {
        id: 'visit',
        type: 'http.request',
        name: 'Visit',
        join: 'any',
        params: { method: 'GET', url: 'https://example.com/' },
        retry: { maxAttempts: 3, backoff: 'fixed', delayMs: 1_000 },
        timeoutMs: 10_000,
        onError: 'route',
      },
      {
        id: 'up',
        type: 'log.message',
        name: 'It is up',
        params: { level: 'info', message: 'Up: {{ steps.visit.output.status }}' },
      },
      {
        id: 'down',
        type: 'log.message',
        name: 'It is down',
        params: { level: 'error', message: 'The site is down' },
      },
    ],
    edges: [
      { from: 'tick', to: 'visit' },
      { from: 'now', to: 'visit' },
      { from: 'visit', to: 'up' },
      { from: 'visit', port: 'error', to: 'down' },
    ],
  },
}
