import type { DefinitionProblem } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { problem } from './problem.js'
import type { NodeAt, Shape } from './read-shape.js'
import { Suggestions } from './suggestions.js'
import { flatMapInTurns, type InTurns } from './turns.js'

/** Each node that undoes another: it stands apart, beside its owner, for that one alone. */
export function* checkCompensations(shape: Shape, catalogue: NodeCatalogue): InTurns<DefinitionProblem[]> {
  const byId = new Map(shape.nodes.map((each) => [each.node.id, each]))
  const ids = new Suggestions([...byId.keys()])
  const owners = new Map<string, string>()
  const undoingHolder = findUndoingHolders(shape)
  const problems = yield* flatMapInTurns(shape.nodes, (owner) => {
    const { compensate } = owner.node
    if (compensate === undefined) return []
    const former = owners.get(compensate)
    owners.set(compensate, former ?? owner.node.id)
    const target = byId.get(compensate)
    if (target === undefined) return unknownTarget(owner, compensate, ids, shape.complete)
    const wrong = [
      ...ownerFaults(owner, undoingHolder(owner), catalogue),
      ...targetFaults(owner, target, former, catalogue),
    ]
    return wrong.map(([message, hint]) => invalid(`${owner.at}/compensate`, message, hint))
  })
  return [...problems, ...checkApart(shape, owners)]
}

const invalid = (pointer: string, message: string, hint: string): DefinitionProblem =>
  problem(pointer, 'INVALID_COMPENSATION', message, hint)

function unknownTarget(
  { at }: NodeAt,
  compensate: string,
  ids: Suggestions,
  complete: boolean,
): DefinitionProblem[] {
  // A node that could not be read may be the one that is meant.
  if (!complete) return []
  const hint = `${ids.didYouMean(compensate)}Name a node that undoes this one.`
  return [invalid(`${at}/compensate`, `There is no node ${compensate}`, hint)]
}

type Fault = readonly [message: string, hint: string]

/** The id of a container around a node that undoes another node; undefined where there is none. */
function findUndoingHolders({ nodes }: Shape): (node: NodeAt) => string | undefined {
  const byPlace = new Map(nodes.map((each) => [each.at, each]))
  const undoing = new Set(nodes.flatMap(({ node }) => node.compensate ?? []))
  return ({ within }) => {
    for (let holder = byPlace.get(within); holder !== undefined; holder = byPlace.get(holder.within))
      if (undoing.has(holder.node.id)) return holder.node.id
    return undefined
  }
}

function* ownerFaults(
  { node }: NodeAt,
  undoingHolder: string | undefined,
  catalogue: NodeCatalogue,
): Generator<Fault> {
  if (catalogue.get(node.type)?.trigger)
    yield [`${node.id} is a trigger: it does nothing that could be undone`, 'Remove it.']
  if (undoingHolder !== undefined)
    yield [`${node.id} is inside of ${undoingHolder}, which undoes, and is not undone itself`, 'Remove it.']
}

function* targetFaults(
  { node: owner, within }: NodeAt,
  { node: target, within: place }: NodeAt,
  former: string | undefined,
  catalogue: NodeCatalogue,
): Generator<Fault> {
  if (target === owner) return yield [`${owner.id} cannot undo itself`, 'Name another node.']
  if (former !== undefined)
    yield [`${target.id} undoes ${former} already`, 'Give each its own: it reads what its owner has done.']
  if (place !== within) yield [`${target.id} is not in the same body`, 'Name a node beside this one.']
  if (catalogue.get(target.type)?.trigger)
    yield [`${target.id} is a trigger, which cannot be run`, 'Name a step.']
  if (target.compensate !== undefined)
    yield [`${target.id} undoes ${owner.id}, and is not undone itself`, `Remove its compensate.`]
}

/** An edge would make it part of the flow. */
function checkApart({ edges }: Shape, owners: ReadonlyMap<string, string>): DefinitionProblem[] {
  return edges.flatMap(({ at, edge }) => {
    const undoing = [edge.from, edge.to].find((end) => owners.has(end))
    if (undoing === undefined) return []
    const message = `${undoing} undoes ${owners.get(undoing)}, and stands apart from the flow`
    return [invalid(at, message, 'Remove the edge, or let another node undo.')]
  })
}
