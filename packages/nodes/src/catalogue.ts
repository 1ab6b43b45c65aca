import { type NodeCatalogue, type NodeTypeFacts, portsOf, titleAt } from '@millrace/engine'
import type { SyntaxCheck } from '@millrace/sandbox'
import type { NodeType } from './define.js'
import { describeNodeType, paramsSchema } from './describe.js'
import { nodeLibrary } from './library.js'
import { checkParams } from './params/check.js'
import { rawExpressionsIn, rawParamNames, urlParamNames } from './params/raw.js'
import { scriptProblems } from './params/scripts.js'

/** The library as the engine's validation sees it; the syntax of scripts is checked where there is something to do it with. */
export const nodeCatalogue = (checkScript?: SyntaxCheck): NodeCatalogue => {
  const facts = new Map([...nodeLibrary].map(([name, type]) => [name, factsOf(type, checkScript)]))
  return { get: (type) => facts.get(type), types: [...facts.keys()] }
}

const factsOf = (type: NodeType, checkScript: SyntaxCheck | undefined): NodeTypeFacts => {
  // The schema is written out only where it is read.
  const described = type.ports === null ? describeNodeType(type) : { ports: [...type.ports], params: null }
  return {
    trigger: type.trigger,
    container: type.container ?? false,
    rawParams: rawParamNames(type.params),
    rawExpressions: (params) =>
      rawExpressionsIn(type.params, params).map(({ pointer, text }) => ({ pointer, source: text })),
    ports: (params) => portsOf(described, params, undefined),
    fieldTitle: (pointer) => titleAt(paramsSchema(type), keysOf(pointer)),
    checkParams: (params) => [
      ...checkParams(type, params),
      ...(checkScript === undefined ? [] : scriptProblems(type, params, checkScript)),
    ],
  }
}

const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

const rawNames = new Map([...nodeLibrary].map(([name, type]) => [name, rawParamNames(type.params)]))

/**
 * Top-level params that are code and not templates: the worker hands them to the node as they are. Running what
 * a template resolved to would let data become code. Empty for an unknown type.
 */
export const rawParams = (type: string): readonly string[] => rawNames.get(type) ?? []

const urlNames = new Map([...nodeLibrary].map(([name, type]) => [name, urlParamNames(type.params)]))

/** Names of the params of a type that are URLs; none for an unknown type. */
export const urlParams = (type: string): readonly string[] => urlNames.get(type) ?? []
