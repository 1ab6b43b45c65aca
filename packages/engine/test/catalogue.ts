import type { Json } from '@millrace/contracts'
import type { ExpressionChecker, ExpressionFacts, NodeCatalogue, NodeTypeFacts } from '../src/index.js'

/** A small node library: enough for every rule of validation, and nothing that runs. */
const type = (facts: Partial<NodeTypeFacts> = {}): NodeTypeFacts => ({
  trigger: false,
  ports: () => ['main'],
  checkParams: () => [],
  ...facts,
})

const TYPES: Record<string, NodeTypeFacts> = {
  'trigger.manual': type({ trigger: true }),
  'trigger.webhook': type({ trigger: true }),
  'test.step': type(),
  'test.if': type({ ports: () => ['true', 'false'] }),
  'test.switch': type({ ports: ({ ports }) => (Array.isArray(ports) ? ports.map(String) : []) }),
  'test.strict': type({
    checkParams: (params) =>
      Object.keys(params).map((name) => ({
        pointer: `/${name}`,
        message: `there is no param ${name}`,
        code: 'INVALID_PARAM',
      })),
  }),
  'test.secretive': type({
    checkParams: () => [{ pointer: '/token', message: 'no secrets here', code: 'SECRET_NOT_ALLOWED' }],
  }),
  'test.map': type({ container: true }),
  'test.repeat': type({
    container: true,
    rawParams: ['until'],
    rawExpressions: ({ until }) => (typeof until === 'string' ? [{ pointer: '/until', source: until }] : []),
  }),
  'test.code': type({
    rawParams: ['code', 'where'],
    rawExpressions: ({ where }) => (typeof where === 'string' ? [{ pointer: '/where', source: where }] : []),
  }),
}

export const catalogue: NodeCatalogue = { get: (name) => TYPES[name], types: Object.keys(TYPES) }

/** Knows `steps.<id>` and brackets, which is all that validation asks about. */
function inspect(source: string, pointer: string): ExpressionFacts {
  const balanced = source.split('(').length === source.split(')').length
  const steps = [...source.matchAll(/steps\.(\w+)/g)].map((match) => match[1]!)
  return {
    pointer,
    source,
    steps: balanced ? steps : [],
    syntaxError: balanced ? null : 'a bracket is missing',
  }
}

function inspectTree(value: Json, pointer: string): ExpressionFacts[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\{\{(.*?)\}\}/g)].map((match) => inspect(match[1]!.trim(), pointer))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, child]) => inspectTree(child, `${pointer}/${key}`))
}

export const expressions: ExpressionChecker = {
  inspectParams: (params) => inspectTree(params, ''),
  inspectExpression: (source) => inspect(source, ''),
}
