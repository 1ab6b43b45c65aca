import type { JsonObject } from '@millrace/contracts'
import { type EditorDocument, edgesOf, nameOf } from '../document/document.js'
import { freshId, idForType } from '../document/ids.js'
import type { Patch } from '../document/patch.js'
import type { NodeTypes } from '../document/rename.js'
import { CALL, replaceByCall } from './call.js'
import { type Passed, passedOf } from './passed.js'
import { refuseShape } from './refuse.js'
import { type Shape, shapeOf } from './shape.js'
import { CALLED, RESULT, subWorkflow } from './sub-workflow.js'
import { surveyOf } from './survey.js'

/** What taking nodes out into a workflow of their own comes to. Nothing is made yet. */
export interface Plan {
  readonly count: number
  /** A name for the new workflow, by its nodes. */
  readonly suggestedName: string
  /** What the nodes read of this workflow: members of the call's input. */
  readonly inputs: readonly Passed[]
  /** What the rest of this workflow reads of them: members of the call's output. */
  readonly outputs: readonly Passed[]
  /** What will be different, for the author. */
  readonly notes: readonly string[]
  definition(name: string): JsonObject
  /** Puts the call where the nodes were; `call` is its id. */
  replace(name: string): { readonly patch: Patch; readonly call: string }
}

export type Planned = { readonly plan: Plan } | { readonly refusals: readonly string[] }

/** Plans to run the selected nodes as a workflow of their own that a call stands for, or says why that cannot be. */
export const planExtraction = (
  document: EditorDocument,
  types: NodeTypes,
  selected: ReadonlySet<string>,
): Planned => {
  const missing = [CALL, CALLED, RESULT].filter((type) => !types.has(type))
  if (missing.length > 0) return { refusals: [`This server has no node of type ${missing.join(', ')}.`] }
  const shape = shapeOf(document, selected)
  const survey = surveyOf(document, types, shape)
  const refusals = [...new Set([...refuseShape(document, types, shape), ...survey.refusals])]
  if (refusals.length > 0) return { refusals }
  const steps = new Set(survey.inward.flatMap(({ step }) => step ?? []))
  const inputs = passedOf(survey.inward, (step) => step ?? freshId('trigger', steps))
  const outputs = passedOf(survey.outward, (step) => step ?? '')
  const call = idForType(CALL, document.nodes)
  const parent = document.fields.get('name')
  const description = typeof parent === 'string' ? `Called by ${parent}.` : 'Called by another workflow.'
  const readsVars = survey.roots.has('vars')
  return {
    plan: {
      count: shape.all.size,
      suggestedName: suggestName(shape),
      inputs,
      outputs,
      notes: notesOn(document, shape, survey.roots),
      definition: (name) =>
        subWorkflow(document, types, shape, { name, description, inputs, outputs, readsVars }),
      replace: (name) => ({
        patch: replaceByCall(document, types, shape, { id: call, workflow: name, inputs, outputs }),
        call,
      }),
    },
  }
}

/** Letters and signs that a workflow may be named by. */
const suggestName = ({ top }: Shape): string => {
  const names = top.map(nameOf)
  const [first = '', last = ''] = [names[0], names.at(-1)]
  const name = names.length > 2 ? `${first} to ${last}` : names.join(' and ')
  return name
    .replaceAll(/[^A-Za-z0-9._-]+/g, ' ')
    .replace(/^[^A-Za-z0-9]+/, '')
    .trim()
    .slice(0, 128)
}

const notesOn = (document: EditorDocument, shape: Shape, roots: ReadonlySet<string>): string[] => {
  const own = ['run', 'workflow'].filter((root) => roots.has(root))
  const leading = new Set(edgesOf(document).map(({ from }) => from))
  const ends = [...document.nodes.values()].filter(
    ({ node, container }) => container === undefined && !leading.has(node.id),
  )
  const taken = ends.filter(({ node }) => shape.all.has(node.id))
  const isAll = taken.length === ends.length && shape.outgoing.length === 0
  return [
    ...own.map((root) => `${root} then means that of the new workflow.`),
    ...(taken.length === 0 || isAll
      ? []
      : [`The output of this workflow no longer names ${taken.map(({ node }) => nameOf(node)).join(', ')}.`]),
    ...(roots.has('vars') ? ['The variables are copied: each workflow has its own from then on.'] : []),
  ]
}
