import type { DefinitionProblem, Json } from '@millrace/contracts'
import { convertLinear, isLinearDefinition } from '@millrace/engine'

/**
 * Everything that can be said about a definition of either form without a server: shape, graph, node types with their
 * params, and expressions, as this version of the CLI knows them. Problems of a linear form point into that form.
 */
export const checkOffline = async (definition: Record<string, Json>): Promise<DefinitionProblem[]> => {
  const linear = isLinearDefinition(definition)
  if (!linear && !('format' in definition) && !('nodes' in definition)) return [unknownFormat]
  const { rest, problems, pointerOf } = linear ? convertLinear(definition) : asIs(definition)
  if (rest === undefined) return [...problems]
  // The node library takes time to load, and only this needs it.
  const { checkDefinition } = await import('@millrace/nodes')
  const found = (await checkDefinition(rest)).problems
  return [...problems, ...found.map((each) => ({ ...each, pointer: pointerOf(each.pointer) }))]
}

const asIs = (rest: Record<string, Json>) => ({ rest, problems: [], pointerOf: (pointer: string) => pointer })

const unknownFormat: DefinitionProblem = {
  pointer: '',
  code: 'INVALID_SHAPE',
  message: 'this is neither a millrace/v1 nor a linear definition',
  hint: 'Write "format": "millrace/v1" with nodes and edges, or a list of steps.',
}
