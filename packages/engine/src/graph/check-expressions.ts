import type { DefinitionProblem } from '@millrace/contracts'
import type { ExpressionChecker, NodeCatalogue } from '../catalogue.js'
import { findUnrelated } from './ancestry.js'
import { type Found, findExpressions } from './expressions.js'
import type { Neighbours } from './neighbours.js'
import { Nesting } from './nesting.js'
import { problem } from './problem.js'
import type { Shape } from './read-shape.js'
import { Suggestions } from './suggestions.js'
import { flatMapInTurns, type InTurns } from './turns.js'

/** Quoted text of JSONata: what looks like a name in it is none. */
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g
/** A read of the `secrets` variable itself, not of a field that happens to have this name. */
const READS_SECRETS = /(?<![\w.$`]|\.\s+)secrets\s*(?:\.|\[|$)/

/** Expressions in params, on edges and in settings: their syntax, and that they read only what has run before. */
export function* checkExpressions(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): InTurns<DefinitionProblem[]> {
  const found = yield* findExpressions(shape, neighbours, catalogue, expressions)
  const sound = found.filter(({ facts }) => facts.syntaxError === null)
  return [
    ...(yield* flatMapInTurns(found, checkSyntax)),
    ...(yield* flatMapInTurns(sound, checkSecrets)),
    ...(yield* flatMapInTurns(sound, checkNames)),
    ...(yield* checkReads(sound, shape, neighbours)),
  ]
}

const lowered = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1)

function checkSyntax({ pointer, title, facts }: Found): DefinitionProblem[] {
  if (facts.syntaxError === null) return []
  const hint = 'Expressions are JSONata; check brackets, quotes and operators.'
  return [problem(pointer, 'EXPRESSION_SYNTAX', `${title()}: ${lowered(facts.syntaxError)}`, hint)]
}

/** What is not in the scope is nothing at run time, without a word. */
function checkNames({ pointer, title, facts }: Found): DefinitionProblem[] {
  return (facts.unknown ?? []).map(({ name, meant }) => {
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `
    return problem(pointer, 'UNKNOWN_NAME', `${title()}: there is no ${name}`, `${hint}${READABLE}`)
  })
}

const READABLE =
  'Read trigger, steps.<id>.output, .status or .error, run, workflow, vars, and item and index in a body.'

/** Secrets would end up in events and outputs (I8). */
function checkSecrets({ pointer, facts }: Found): DefinitionProblem[] {
  if (!READS_SECRETS.test(facts.source.replace(QUOTED, '""').trim())) return []
  const hint = 'Name a credential in a credential param instead.'
  return [problem(pointer, 'SECRET_NOT_ALLOWED', 'Secrets cannot be read here', hint)]
}

interface Read {
  readonly pointer: string
  readonly id: string
  readonly from: number
  readonly to: number
}

function* checkReads(
  found: readonly Found[],
  shape: Shape,
  neighbours: Neighbours,
): InTurns<DefinitionProblem[]> {
  const ids = new Suggestions(shape.nodes.map(({ node }) => node.id))
  const nesting = new Nesting(shape)
  const reads: Read[] = []
  const checkRead = ({ pointer, when, node }: Found, id: string): DefinitionProblem[] => {
    const from = neighbours.indexOf(id)
    if (when === 'run_starts') return [readsTooEarly(pointer, id)]
    if (from === undefined) return unknownStep(pointer, id, ids, shape.complete)
    // The condition of an edge is evaluated when its step has ended, and may read it.
    if (node === undefined || (when === 'node_ends' && from === node)) return []
    if (when === 'body_ends' && nesting.holderOf(from) === node) return []
    const to = nesting.beside(node, from)
    if (to === undefined) return [notUpstream({ pointer, id })]
    reads.push({ pointer, id, from, to })
    return []
  }
  const problems = yield* flatMapInTurns(found, (each) =>
    each.facts.steps.flatMap((id) => checkRead(each, id)),
  )
  // Edges that could not be read may be the ones that lead there.
  return shape.complete
    ? [...problems, ...(yield* findUnrelated(neighbours, reads)).map(notUpstream)]
    : problems
}

function readsTooEarly(pointer: string, id: string): DefinitionProblem {
  const message = `${id} has not run yet: this is worked out before the first step`
  return problem(pointer, 'NOT_UPSTREAM', message, 'Read trigger, vars or workflow instead.')
}

function unknownStep(pointer: string, id: string, ids: Suggestions, complete: boolean): DefinitionProblem[] {
  if (!complete) return []
  const hint = `${ids.didYouMean(id)}Name a step that runs before.`
  return [problem(pointer, 'NOT_UPSTREAM', `There is no step ${id}`, hint)]
}

const notUpstream = ({ pointer, id }: Pick<Read, 'pointer' | 'id'>): DefinitionProblem =>
  problem(
    pointer,
    'NOT_UPSTREAM',
    `${id} does not run before this`,
    `Connect ${id} so that it leads here, or read another step.`,
  )
