import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { problem } from './problem.js'
import type { NodeAt, Shape } from './read-shape.js'
import { Suggestions } from './suggestions.js'
import { flatMapInTurns, type InTurns } from './turns.js'

const PARAM_HINTS = {
  INVALID_PARAM: 'Correct the value.',
  EXPRESSION_SYNTAX: 'Expressions are JSONata; check brackets, quotes and operators.',
  MISSING_CREDENTIAL: 'Choose a credential of this workspace, or create one.',
  SCRIPT_SYNTAX: 'A script is the body of a JavaScript function; it cannot import.',
  SECRET_NOT_ALLOWED: 'Secrets may only be used through credentials.',
} as const

/** Each node by itself: its id, its type, its params; and that some node starts the run. */
export function* checkNodes(
  { nodes, complete }: Shape,
  catalogue: NodeCatalogue,
): InTurns<DefinitionProblem[]> {
  const types = new Suggestions(catalogue.types)
  const seen = new Set<string>()
  const problems = yield* flatMapInTurns(nodes, (each) => {
    const twin = seen.has(each.node.id)
    seen.add(each.node.id)
    return [
      ...(twin ? [duplicateId(each)] : []),
      ...checkType(each, catalogue, types),
      ...checkBody(each, catalogue),
    ]
  })
  const canStart = nodes.some(({ within, node }) => within === '' && catalogue.get(node.type)?.trigger)
  return canStart || !complete ? problems : [...problems, NO_TRIGGER]
}

const NO_TRIGGER = problem(
  '/nodes',
  'NO_TRIGGER',
  'There is no trigger: nothing can start this workflow',
  'Add a trigger, such as trigger.manual.',
)

const duplicateId = ({ at, node }: NodeAt): DefinitionProblem =>
  problem(
    `${at}/id`,
    'DUPLICATE_NODE_ID',
    `Another node has the id ${node.id}`,
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
    return [problem(`${at}/type`, 'UNKNOWN_NODE_TYPE', `There is no node type ${node.type}`, hint)]
  }
  if (!hasParams) return []
  return facts
    .checkParams(node.params)
    .map(({ pointer, code, message, hint }) =>
      problem(`${at}/params${pointer}`, code, message, hint ?? PARAM_HINTS[code]),
    )
}

/** Containers have a body, are tried once, and hold no trigger. */
function checkBody({ at, within, node }: NodeAt, catalogue: NodeCatalogue): DefinitionProblem[] {
  const facts = catalogue.get(node.type)
  if (facts === undefined) return []
  if (facts.trigger && within !== '')
    return [problem(at, 'TRIGGER_IN_BODY', `${node.id} is a trigger inside of a container`, TRIGGER_HINT)]
  if (facts.container !== true) {
    if (node.body === undefined) return []
    const message = `${node.type} takes no body`
    return [problem(`${at}/body`, 'BODY_NOT_ALLOWED', message, 'Use flow.map or flow.repeat, or remove it.')]
  }
  const hint = 'Give it a body with the nodes to run for each item or iteration.'
  return [
    ...(node.body === undefined ? [problem(at, 'MISSING_BODY', `${node.id} has no body`, hint)] : []),
    // A step that is durably done would have to run again, under the path and the key that stand for it (I2, I5).
    ...(node.retry === undefined
      ? []
      : [problem(`${at}/retry`, 'INVALID_SHAPE', 'A container has no retry', RETRY_HINT)]),
  ]
}

const TRIGGER_HINT = 'Move it out: a body begins with the nodes that no edge leads to.'
const RETRY_HINT =
  'Its steps end once and for all: retry the nodes inside, or make it a workflow and retry the call.'
