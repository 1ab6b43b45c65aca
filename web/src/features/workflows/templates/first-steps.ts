import type { Template } from './template.js'

export const firstSteps: Template = {
  title: 'First steps',
  summary: 'Start by hand, greet whoever the input names, and write it to the log.',
  definition: {
    format: 'millrace/v1',
    name: 'first-steps',
    description: 'Start it by hand with an input such as { "name": "Ada" }.',
    nodes: [
      { id: 'start', type: 'trigger.manual', name: 'By hand' },
      {
        id: 'greet',
        type: 'transform.json',
        name: 'Greet',
        params: { value: { greeting: 'Hello, {{ trigger.name }}!' } },
      },
      {
        id: 'say',
        type: 'log.message',
        name: 'Say it',
        params: { level: 'info', message: '{{ steps.greet.output.greeting }}' },
      },
    ],
    edges: [
      { from: 'start', to: 'greet' },
      { from: 'greet', to: 'say' },
    ],
  },
}
