import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { problem } from './problem.js'
import type { NodeAt, Shape } from './read-shape.js'
import { Suggestions } from './suggestions.js'

const PARAM_HINTS = {
  INVALID_PARAM: 'See the node type for what this parameter takes.',
  EXPRESSION_SYNTAX: 'Expressions are JSONata; check brackets, quotes and operators.',
  MISSING_CREDENTIAL: 'Name a credential of this workspace.',
  SECRET_NOT_ALLOWED: 'Secrets may only be used through credentials.',
} as const

/** Each node by itself: its id, its type, its params; and that some node starts the run. */
export function checkNodes({ nodes, complete }: Shape, catalogue: NodeCatalogue): DefinitionProblem[] {
  const types = new Suggestions(catalogue.types)
  const seen = new Set<string>()
  const problems = nodes.flatMap((each) => {
    const twin = seen.has(each.node.id)
    seen.add(each.node.id)
    return [...(twin ? [duplicateId(each)] : []), ...checkType(each, catalogue, types)]
  })
  const canStart = nodes.some(({ node }) => catalogue.get(node.type)?.trigger)
  return canStart || !complete ? problems : [...problems, NO_TRIGGER]
}

const NO_TRIGGER = problem(
  '/nodes',
  'NO_TRIGGER',
  'no trigger: nothing can start this workflow',
  'Add a trigger, such as trigger.manual.',
)

const duplicateId = ({ at, node }: NodeAt): DefinitionProblem =>
  problem(
    `/nodes/${at}/id`,
    'DUPLICATE_NODE_ID',
    `another node has the id ${node.id}`,
    'Give each node an id of its own.',
  )

function checkType(
  { at, node, hasParams }: NodeAt,
  catalogue: NodeCatalogue,
  types: Suggestions,
): DefinitionProblem[] {
  const facts = catalogue.get(node.type)
  if (facts === undefined) {
    const hint = `${types.didYouMean(node.type)}The types are listed at /api/v1/node-types.`
    return [problem(`/nodes/${at}/type`, 'UNKNOWN_NODE_TYPE', `there is no node type ${node.type}`, hint)]
  }
  if (!hasParams) return []
  return facts
    .checkParams(node.params)
    .map(({ pointer, code, message }) =>
      problem(`/nodes/${at}/params${pointer}`, code, message, PARAM_HINTS[code]),
    )
}
