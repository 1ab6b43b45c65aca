import type { Template } from './template.js'

export const routeIssues: Template = {
  title: 'Sort issues by label',
  summary: 'A script scores what comes in, a switch sends it to the right desk.',
  definition: {
    format: 'millrace/v1',
    name: 'sort-issues',
    description: 'Send { "title": "Crash at start", "labels": ["bug"] } to the webhook.',
    nodes: [
      {
        id: 'hook',
        type: 'trigger.webhook',
        name: 'POST /issues',
        params: { path: 'issues', auth: { kind: 'none' } },
      },
      {
        id: 'score',
        type: 'transform.script',
        name: 'Score',
        params: {
          input: '{{ trigger.body }}',
          code: "const urgent = ['crash', 'error', 'security', 'data']\nconst words = input.title.toLowerCase().split(/\\s+/)\nreturn { score: words.filter((word) => urgent.includes(word)).length }",
        },
      },
      {
        id: 'kind',
        type: 'flow.switch',
        name: 'Which kind?',
        params: {
          value: '{{ trigger.body.labels[0] }}',
          cases: [
            { equals: 'bug', port: 'bug' },
            { equals: 'feature', port: 'feature' },
          ],
        },
      },
      {
        id: 'bug',
        type: 'log.message',
        name: 'To the bug desk',
        params: {
          level: 'warn',
          message: '{{ trigger.body.title }}: urgency {{ steps.score.output.score }}',
        },
      },
      {
        id: 'feature',
        type: 'log.message',
        name: 'To the road map',
        params: { level: 'info', message: '{{ trigger.body.title }}' },
      },
      {
        id: 'other',
        type: 'log.message',
        name: 'To the inbox',
        params: { level: 'info', message: '{{ trigger.body.title }}' },
      },
    ],
    edges: [
      { from: 'hook', to: 'score' },
      { from: 'score', to: 'kind' },
      { from: 'kind', port: 'bug', to: 'bug' },
      { from: 'kind', port: 'feature', to: 'feature' },
      { from: 'kind', port: 'default', to: 'other' },
    ],
  },
}
