import type { DefinitionProblem } from '@millrace/contracts'
import { type EditorDocument, edgeKey, edgesOf, nodesOf } from '../document/document.js'

/** A problem and where it is on the canvas. */
export interface LocatedProblem {
  readonly problem: DefinitionProblem
  readonly node: string | undefined
  readonly edge: string | undefined
  /** JSON pointer within the node or edge. */
  readonly field: string
}

const PLACE = /^\/(nodes|edges)\/(\d+)(.*)$/s

/** Pointers count in the lists of the definition as it was checked: `document`. */
export const locate = (
  problems: readonly DefinitionProblem[],
  document: EditorDocument,
): readonly LocatedProblem[] => {
  const [nodes, edges] = [nodesOf(document), edgesOf(document)]
  return problems.map((problem) => {
    const [, list, index, field = ''] = PLACE.exec(problem.pointer) ?? []
    const edge = list === 'edges' ? edges[Number(index)] : undefined
    const node = list === 'nodes' ? nodes[Number(index)]?.id : undefined
    return { problem, node, edge: edge === undefined ? undefined : edgeKey(edge), field }
  })
}
