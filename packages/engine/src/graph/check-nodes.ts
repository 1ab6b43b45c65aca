import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { didYouMean, problem } from './problem.js'
import type { Shape } from './read-shape.js'

const PARAM_HINTS = {
  INVALID_PARAM: 'See the node type for what this parameter takes.',
  EXPRESSION_SYNTAX: 'Expressions are JSONata; check brackets, quotes and operators.',
  MISSING_CREDENTIAL: 'Name a credential of this workspace.',
  SECRET_NOT_ALLOWED: 'Secrets may only be used through credentials.',
} as const

/** Each node by itself: its id, its type, its params. */
export function checkNodes({ nodes }: Shape, catalogue: NodeCatalogue): DefinitionProblem[] {
  const problems: DefinitionProblem[] = []
  const seen = new Set<string>()
  for (const { at, node } of nodes) {
    if (seen.has(node.id)) {
      problems.push(
        problem(
          `/nodes/${at}/id`,
          'DUPLICATE_NODE_ID',
          `another node has the id ${node.id}`,
          'Give each node an id of its own.',
        ),
      )
    }
    seen.add(node.id)
    const facts = catalogue.get(node.type)
    if (facts === undefined) {
      const hint = `${didYouMean(node.type, catalogue.types)}The types are listed at /api/v1/node-types.`
      problems.push(
        problem(`/nodes/${at}/type`, 'UNKNOWN_NODE_TYPE', `there is no node type ${node.type}`, hint),
      )
      continue
    }
    for (const { pointer, code, message } of facts.checkParams(node.params)) {
      problems.push(problem(`/nodes/${at}/params${pointer}`, code, message, PARAM_HINTS[code]))
    }
  }
  if (!nodes.some(({ node }) => catalogue.get(node.type)?.trigger)) {
    problems.push(
      problem(
        '/nodes',
        'NO_TRIGGER',
        'no trigger: nothing can start this workflow',
        'Add a trigger, such as trigger.manual.',
      ),
    )
  }
  return problems
}
