import type { Json, NodeTypeDescriptor } from '@millrace/contracts'
import type { NodeTypes } from './rename.js'

/** Node types as the API describes them, cut to what the editor's own tests need. */
const type = (
  name: string,
  params: Json,
  more: Partial<Pick<NodeTypeDescriptor, 'trigger' | 'ports' | 'container' | 'readsInputs'>> = {},
): NodeTypeDescriptor => ({
  type: name,
  version: 1,
  title: name,
  description: name,
  category: 'other',
  icon: 'box',
  trigger: false,
  container: false,
  readsInputs: false,
  ports: ['main'],
  effect: 'pure',
  params: { type: 'object', properties: params },
  output: {},
  ...more,
})

const credential = { type: 'string', control: 'credential', credentialType: ['secret'] }
const auth = {
  oneOf: [
    { properties: { kind: { const: 'none' } } },
    { properties: { kind: { const: 'github' }, credential } },
  ],
}
const port = { type: 'string', port: true }
const cases = { type: 'array', items: { type: 'object', properties: { when: { expression: true }, port } } }

export const nodeTypesForTests: NodeTypes = new Map(
  [
    type('trigger.webhook', { path: { type: 'string' }, auth }, { trigger: true }),
    type('http.request', { url: { type: 'string' }, headers: { type: 'object' } }),
    type('flow.condition', { if: { type: 'string', expression: true } }, { ports: ['true', 'false'] }),
    type('flow.switch', { cases, fallback: { ...port, default: 'default' } }, { ports: null }),
    type(
      'flow.wait',
      {
        onTimeout: {
          enum: ['fail', 'port'],
          default: 'fail',
          ports: { fail: ['main'], port: ['main', 'timeout'] },
        },
      },
      { ports: null },
    ),
    type(
      'transform.script',
      { code: { control: 'code', raw: true }, input: { control: 'json' } },
      { readsInputs: true },
    ),
    type('flow.merge', { mode: { enum: ['object', 'array', 'first'] } }, { readsInputs: true }),
    type('flow.stop', {}, { ports: [] }),
    type('trigger.call', {}, { trigger: true }),
    type('workflow.call', { workflow: { type: 'string' }, input: {} }),
    type('transform.json', { value: { control: 'json' } }),
    type('flow.map', { items: { control: 'json' } }, { container: true }),
    type('log.message', { message: { type: 'string' } }),
  ].map((each) => [each.type, each]),
)
