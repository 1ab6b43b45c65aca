import { type Definition, type Edge, ERROR_PORT, MAIN_PORT, type Node } from '@millrace/contracts'

/** A part of a definition that runs by itself, for trying steps. Canvas data is left out. */
export interface Cut {
  readonly definition: Definition
  /** Positions in the whole definition of what was kept, in its order. */
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
}

/**
 * The target and all that leads to it; undefined when there is no such node. Cycles are no obstacle. What undoes a
 * node is tried right behind that node.
 */
export function cutToPath(given: Definition, target: string): Cut | undefined {
  const whole = behindOwner(given, target)
  if (!whole.nodes.some((node) => node.id === target)) return undefined
  const into = edgesInto(whole)
  const kept = new Set([target])
  // A set may grow while it is walked: what is added is walked too.
  for (const id of kept) for (const edge of into.get(id) ?? []) kept.add(edge.from)
  const isKept = (edge: Edge) => kept.has(edge.from) && kept.has(edge.to) && edge.from !== target
  const nodes = positions(whole.nodes, (node) => kept.has(node.id))
  const edges = positions(whole.edges, isKept)
  const definition = {
    ...whole,
    nodes: nodes.map((at) => whole.nodes[at]!),
    edges: edges.map((at) => whole.edges[at]!),
  }
  return { definition: closed(definition), nodes, edges }
}

/** With an edge from the node that the target undoes, behind all others, for as long as it is tried. */
function behindOwner(whole: Definition, target: string): Definition {
  const owner = whole.nodes.find((node) => node.compensate === target)
  if (owner === undefined) return whole
  const { compensate: _, ...led } = owner
  return {
    ...whole,
    nodes: whole.nodes.map((node) => (node === owner ? led : node)),
    edges: [...whole.edges, { from: owner.id, to: target, port: MAIN_PORT }],
  }
}

/**
 * The target alone, fed by what is given: the nodes of `given` that lead to it, each behind the trigger. Edges hold
 * without their conditions. Undefined when nothing that is given leads right to the target.
 */
export function cutToStep(
  { definition: path }: Cut,
  target: string,
  trigger: string,
  given: ReadonlySet<string>,
): Definition | undefined {
  const isKept = (id: string) => id === target || id === trigger || given.has(id)
  const nodes = path.nodes.filter((node) => isKept(node.id))
  const edges = path.edges
    .filter((edge) => isKept(edge.from) && isKept(edge.to))
    .map(({ from, to, port }): Edge => ({ from, to, port }))
  const fed = new Set(edges.map((edge) => edge.to))
  if (target !== trigger && !fed.has(target)) return undefined
  const lone = nodes.filter((node) => node.id !== trigger && !fed.has(node.id))
  const starts = lone.map((node): Edge => ({ from: trigger, to: node.id, port: MAIN_PORT }))
  return closed({ ...path, nodes, edges: [...edges, ...starts] })
}

function edgesInto({ edges }: Definition): ReadonlyMap<string, readonly Edge[]> {
  const into = new Map<string, Edge[]>()
  for (const edge of edges) {
    const known = into.get(edge.to)
    if (known === undefined) into.set(edge.to, [edge])
    else known.push(edge)
  }
  return into
}

const positions = <T>(items: readonly T[], keep: (item: T) => boolean): number[] =>
  items.flatMap((item, position) => (keep(item) ? [position] : []))

/** Whose error edge was cut off ends the run when it fails, and the run then says why. What would undo it is cut off too. */
function closed({ ui: _, ...definition }: Definition): Definition {
  const routed = new Set(definition.edges.filter((edge) => edge.port === ERROR_PORT).map((edge) => edge.from))
  const kept = new Set(definition.nodes.map((node) => node.id))
  const close = ({ compensate, ...node }: Node): Node => ({
    ...node,
    ...(node.onError === 'route' && !routed.has(node.id) && { onError: 'fail' }),
    ...(compensate !== undefined && kept.has(compensate) && { compensate }),
  })
  return { ...definition, nodes: definition.nodes.map(close) }
}
