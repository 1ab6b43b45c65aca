import { type CredentialData, type Json, MillraceError } from '@millrace/contracts'
import { type NodeContext, type NodeResult, type NodeType, nodeLibrary, parseParams } from '../src/index.js'

/** A context that stands for what is outside of the node; each test gives the parts that its node may use. */
export interface Outside {
  readonly http?: NodeContext['http']
  readonly sql?: NodeContext['sql']
  readonly script?: NodeContext['script']
  readonly evaluate?: NodeContext['evaluate']
  readonly log?: NodeContext['log']
  readonly publish?: NodeContext['publish']
  readonly credentials?: Record<string, CredentialData>
  readonly inputs?: NodeContext['inputs']
  readonly trigger?: Json
  readonly readable?: Partial<NodeContext['readable']>
  readonly signal?: AbortSignal
}

const notGiven = (name: string) => () => {
  throw new Error(`the node used ctx.${name}`)
}

const contextOf = (outside: Outside): NodeContext => ({
  signal: outside.signal ?? new AbortController().signal,
  idempotencyKey: 'run-1:call',
  log: outside.log ?? notGiven('log'),
  http: outside.http ?? notGiven('http'),
  sql: outside.sql ?? notGiven('sql'),
  publish: outside.publish ?? notGiven('publish'),
  script: outside.script ?? notGiven('script'),
  evaluate: outside.evaluate ?? notGiven('evaluate'),
  async credential(name) {
    const found = outside.credentials?.[name]
    if (found === undefined) throw new MillraceError('CREDENTIAL_NOT_FOUND')
    return found
  },
  inputs: outside.inputs ?? [],
  trigger: outside.trigger,
  readable: {
    ...{ trigger: outside.trigger, steps: {}, vars: {} },
    run: { id: 'run-1', workflowId: 'flow-1', startedAt: '2026-01-01T00:00:00.000Z' },
    workflow: { id: 'flow-1', name: 'flow', version: 1 },
    ...outside.readable,
  },
})

const typeOf = (name: string): NodeType => {
  const type = nodeLibrary.get(name)
  if (type === undefined) throw new Error(`no node type ${name}`)
  return type
}

/** Executes a node as a worker does: params parsed, then `execute`. */
export const execute = async (name: string, params: Json, outside: Outside = {}): Promise<NodeResult> => {
  const type = typeOf(name)
  if (type.execute === undefined) throw new Error(`${name} is a trigger`)
  return type.execute(contextOf(outside), parseParams(type, params))
}

export const outputOf = async (name: string, params: Json, outside: Outside = {}) => {
  const result = await execute(name, params, outside)
  if (!('output' in result)) throw new Error(`${name} gives no output`)
  return result.output
}

export const effectOf = (name: string, params: Json): string => {
  const { effect, ...type } = typeOf(name)
  return typeof effect === 'function' ? effect(parseParams({ ...type, effect }, params)) : effect
}
