import { stringifyJson } from '@millrace/contracts'
import { type EdgeDraft, type EditorDocument, type NodeDraft, nameOf } from '../document/document.js'
import type { NodeTypes } from '../document/rename.js'
import { holdsCode } from '../document/sources.js'
import { betweenOf, isAlwaysReached, outletsOf, type Shape } from './shape.js'

/**
 * Why a call cannot stand for these nodes without changing what the workflow does, for the author; empty when it can.
 * A call starts where all that leads into the selection leads, and goes on once, when all of it has ended.
 */
export const refuseShape = (document: EditorDocument, types: NodeTypes, shape: Shape): string[] => {
  if (shape.top.length === 0) return ['Select the nodes that the new workflow is to take over.']
  const nameIn = (id: string): string => {
    const node = document.nodes.get(id)?.node
    return node === undefined ? id : nameOf(node)
  }
  return [
    ...shape.top.flatMap((node) => refuseNode(document, types, node)),
    ...[...shape.all].flatMap((id) => refuseEffect(document, types, id)),
    ...refuseUndo(document, shape),
    ...betweenOf(document, shape).map(
      (id) => `${nameIn(id)} runs between the selected nodes: select it, too.`,
    ),
    ...refuseEntries(types, shape),
    ...refuseTargets(document, types, shape),
  ]
}

const refuseNode = (document: EditorDocument, types: NodeTypes, node: NodeDraft): string[] => {
  if (document.nodes.get(node.id)?.container !== undefined)
    return [`${nameOf(node)} stands in a container: only nodes of the workflow itself can be taken out.`]
  if (types.get(node.type)?.trigger === true)
    return [`${nameOf(node)} is a trigger: it starts this workflow, and stays.`]
  return []
}

/** Answers the caller of its own run, and nobody calls the new workflow by HTTP. */
const ANSWERS = 'http.respond'

const refuseEffect = (document: EditorDocument, types: NodeTypes, id: string): string[] => {
  const node = document.nodes.get(id)?.node
  if (node === undefined || types.get(node.type)?.trigger === true) return []
  if (node.type === ANSWERS) return [`${nameOf(node)} answers the caller of this workflow, and stays.`]
  if (types.get(node.type)?.ports?.length === 0)
    return [`${nameOf(node)} ends the run: elsewhere it would end only the new workflow’s.`]
  return []
}

const refuseUndo = (document: EditorDocument, { all }: Shape): string[] =>
  [...document.nodes.values()].flatMap(({ node }) => {
    const undo = node['compensate']
    return typeof undo === 'string' && (all.has(node.id) || all.has(undo))
      ? [`${nameOf(node)} is undone when this workflow fails: its run has to be one of this workflow.`]
      : []
  })

const refuseEntries = (types: NodeTypes, { top, entries, incoming, inner }: Shape): string[] => {
  const led = new Set([...incoming, ...inner].map(({ to }) => to))
  const lost = top.filter((node) => !led.has(node.id) && types.get(node.type)?.trigger !== true)
  const ways = new Set(entries.map((entry) => waysInto(entry, incoming)))
  return [
    ...lost.map((node) => `Nothing leads to ${nameOf(node)}: connect it first.`),
    ...(ways.size > 1
      ? [
          `${listOf(entries.map(nameOf))} begin by different connections: a call begins once, by all of its own.`,
        ]
      : []),
    ...entries.flatMap((entry) =>
      takesByName(types, entry)
        ? [
            `${nameOf(entry)} takes its inputs by the nodes that lead to it: select these, too, or leave it out.`,
          ]
        : [],
    ),
  ]
}

/** What has to be the same for nodes that one call starts. */
const waysInto = (entry: NodeDraft, incoming: readonly EdgeDraft[]): string => {
  const edges = incoming.filter(({ to }) => to === entry.id)
  const ways = edges.map(({ from, port, when }) => stringifyJson([from, port, when ?? null])).sort()
  return stringifyJson([ways, edges.length > 1 ? (entry['join'] ?? 'all') : 'all'])
}

/** A script takes its inputs by the nodes before it as well; what it reads can be put back into its globals. */
const takesByName = (types: NodeTypes, { type, params }: NodeDraft): boolean =>
  types.get(type)?.readsInputs === true &&
  !Object.keys(params).some((name) => holdsCode(types.get(type), [name]))

const refuseTargets = (document: EditorDocument, types: NodeTypes, shape: Shape): string[] => {
  const targets = [...new Set(shape.outgoing.map(({ to }) => to))].flatMap(
    (id) => document.nodes.get(id)?.node ?? [],
  )
  const sometimes = targets.filter(({ id }) => !isAlwaysReached(shape, types, id))
  return [
    ...targets.flatMap((target) => refuseTarget(types, shape, target)),
    ...(sometimes.length === 0 ? [] : [refuseWaysOut(types, shape, sometimes)]),
  ]
}

const refuseTarget = (types: NodeTypes, { outgoing }: Shape, target: NodeDraft): string[] => {
  if (takesByName(types, target))
    return [`${nameOf(target)} takes its inputs by the nodes that lead to it: select it, too.`]
  const conditions = outgoing.flatMap(({ to, when }) => (to === target.id ? [when] : []))
  return new Set(conditions).size > 1
    ? [`Connections with different conditions lead to ${nameOf(target)}: a call has one to each node.`]
    : []
}

/** What follows a call does so whenever the call completes: it has one way out. */
const refuseWaysOut = (types: NodeTypes, shape: Shape, sometimes: readonly NodeDraft[]): string => {
  const forks = shape.top.filter(
    (node) =>
      outletsOf(node, types).length > 1 &&
      shape.outgoing.some(({ from, to }) => from === node.id && sometimes.some(({ id }) => id === to)),
  )
  const ways = forks.map((fork) => `${nameOf(fork)}, which goes on at ${listOf(outletsOf(fork, types))}`)
  const names = listOf(sometimes.map(nameOf))
  const follow = sometimes.length === 1 ? `${names} does` : `${names} do`
  const leave = ways.length === 0 ? '' : `, or leave out ${listOf(ways)}`
  return `${follow} not follow every time, and a call has one way out: select what follows, too${leave}.`
}

const listOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
