import type { DefinitionProblem } from '@millrace/contracts'
import { bodiesOf } from '../document/bodies.js'
import { type EditorDocument, edgeKey } from '../document/document.js'

/** A problem and where it is on the canvas. */
export interface LocatedProblem {
  readonly problem: DefinitionProblem
  readonly node: string | undefined
  readonly edge: string | undefined
  /** JSON pointer within the node or edge, else within the definition. */
  readonly field: string
}

const PLACE = /^\/(nodes|edges)\/(\d+)(.*)$/s
const BODY = /^\/body(?=\/(?:nodes|edges)\/\d)/

/** Pointers count in the lists of the definition as it was checked, bodies within nodes: `document`. */
export const locate = (
  problems: readonly DefinitionProblem[],
  document: EditorDocument,
): readonly LocatedProblem[] => {
  const bodies = bodiesOf(document)
  return problems.map((problem) => {
    const place = { node: undefined, edge: undefined, field: problem.pointer }
    return { problem, ...descend(bodies, undefined, place) }
  })
}

type PlaceOf = Omit<LocatedProblem, 'problem'>

/** From a container, or the workflow itself, to what the pointer names in its body. */
const descend = (
  bodies: ReturnType<typeof bodiesOf>,
  container: string | undefined,
  at: PlaceOf,
): PlaceOf => {
  const [, list, index, field = ''] = PLACE.exec(at.field) ?? []
  const { nodes, edges } = bodies(container)
  const edge = list === 'edges' ? edges[Number(index)] : undefined
  if (edge !== undefined) return { node: undefined, edge: edgeKey(edge), field }
  const node = list === 'nodes' ? nodes[Number(index)]?.id : undefined
  if (node === undefined) return at
  const here = { node, edge: undefined, field }
  return BODY.test(field) ? descend(bodies, node, { ...here, field: field.replace(BODY, '') }) : here
}
