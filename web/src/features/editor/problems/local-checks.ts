import type { DefinitionProblem, Json, JsonObject, NodeTypeDescriptor } from '@millrace/contracts'
import {
  type ExpressionChecker,
  type NodeCatalogue,
  portsOf,
  validateDefinition,
  validateInTurns,
} from '@millrace/engine'
import { isObject, memberOf } from '../../../components/graph/layout.js'
import { stepsReadBy } from '../document/references.js'
import type { NodeTypes } from '../document/rename.js'

/** Problems of these kinds only the server can see: it parses expressions and knows the params of each type. */
export const SERVER_ONLY: ReadonlySet<DefinitionProblem['code']> = new Set([
  'INVALID_PARAM',
  'EXPRESSION_SYNTAX',
  'SCRIPT_SYNTAX',
  'UNKNOWN_NAME',
  'MISSING_CREDENTIAL',
  'SECRET_NOT_ALLOWED',
])

/** What the engine's own validation says, with what the page knows of the node types: all at once. */
export const checkLocally = (definition: JsonObject, types: NodeTypes): readonly DefinitionProblem[] =>
  validateDefinition(definition, catalogueOf(types), expressions).problems

/** Half of a frame: keys and drags are answered in between. Milliseconds. */
const TURN_MS = 8

/**
 * The same in turns, since a definition of 10,000 nodes takes long. Undefined once the signal has aborted: nobody asks
 * any more.
 */
export const checkInTurns = async (
  definition: JsonObject,
  types: NodeTypes,
  signal: AbortSignal,
): Promise<readonly DefinitionProblem[] | undefined> => {
  const work = validateInTurns(definition, catalogueOf(types), expressions)
  let begun = performance.now()
  while (!signal.aborted) {
    const { done, value } = work.next()
    if (done) return value.problems
    if (performance.now() - begun < TURN_MS) continue
    await new Promise((resolve) => setTimeout(resolve))
    begun = performance.now()
  }
  return undefined
}

const catalogueOf = (types: NodeTypes): NodeCatalogue => {
  const facts = new Map(
    [...types].map(([name, type]) => [
      name,
      {
        trigger: type.trigger,
        rawParams: rawParamsOf(type),
        rawExpressions: (params: JsonObject) => expressionsIn(type.params, params, ''),
        ports: (params: JsonObject) => portsOf(type, params, undefined),
        checkParams: () => [],
      },
    ]),
  )
  return { get: (type) => facts.get(type), types: [...types.keys()] }
}

const rawParamsOf = ({ params }: NodeTypeDescriptor): string[] => {
  const properties = memberOf(params, 'properties')
  return Object.entries(isObject(properties) ? properties : {}).flatMap(([name, schema]) =>
    memberOf(schema, 'expression') === true || memberOf(schema, 'raw') === true ? [name] : [],
  )
}

const expressionsIn = (
  schema: Json | undefined,
  value: Json | undefined,
  pointer: string,
): { pointer: string; source: string }[] => {
  if (memberOf(schema, 'expression') === true)
    return typeof value === 'string' ? [{ pointer, source: value }] : []
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      expressionsIn(memberOf(schema, 'items'), item, `${pointer}/${index}`),
    )
  const properties = memberOf(schema, 'properties')
  if (!isObject(properties)) return []
  return Object.entries(properties).flatMap(([name, property]) =>
    expressionsIn(property, memberOf(value, name), `${pointer}/${name}`),
  )
}

/** Sees which steps an expression reads, not whether it parses. */
const expressions: ExpressionChecker = {
  inspectExpression: (source) => ({ pointer: '', source, steps: stepsReadBy(source), syntaxError: null }),
  inspectParams: (params) => templatesIn(params, ''),
}

const TEMPLATE = /\{\{([\s\S]*?)\}\}/g

const templatesIn = (
  value: Json,
  pointer: string,
): ReturnType<ExpressionChecker['inspectParams']>[number][] => {
  if (typeof value === 'string')
    return [...value.matchAll(TEMPLATE)].map(([, source = '']) => ({
      ...expressions.inspectExpression(source),
      pointer,
    }))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) =>
    templatesIn(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}
