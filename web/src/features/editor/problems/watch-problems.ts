import type { DefinitionProblem, JsonObject } from '@millrace/contracts'
import { type EditorDocument, type NodeDraft, nodesOf } from '../document/document.js'
import { writeDocument } from '../document/json.js'
import type { NodeTypes } from '../document/rename.js'
import type { EditorStore } from '../store/editor-store.js'
import { checkInTurns, SERVER_ONLY } from './local-checks.js'
import { type LocatedProblem, locate } from './locate.js'

/** Milliseconds after a change: its own frame is drawn first. Keys that follow closely are checked once. */
const DRAWN_MS = 30
/** Milliseconds of quiet before the server is asked. */
const QUIET_MS = 120

interface Answer {
  readonly document: EditorDocument
  readonly problems: readonly LocatedProblem[]
}

export type Validate = (definition: JsonObject, signal: AbortSignal) => Promise<readonly DefinitionProblem[]>

/**
 * Checks the document now and after its changes, until what it returns is called. The engine answers first; what only
 * the server sees follows, and stays meanwhile for the nodes that have not changed since it was said.
 */
export const watchProblems = (
  store: EditorStore,
  types: NodeTypes,
  validate: Validate,
  onFound: (problems: readonly LocatedProblem[]) => void,
): (() => void) => {
  let answer: Answer | undefined
  let checking: ReturnType<typeof setTimeout> | undefined
  let asking: ReturnType<typeof setTimeout> | undefined
  let question = new AbortController()
  const ask = async (document: EditorDocument, definition: JsonObject): Promise<void> => {
    question = new AbortController()
    const problems = locate(await validate(definition, question.signal), document)
    answer = { document, problems }
    onFound(problems)
  }
  const check = async (): Promise<void> => {
    question = new AbortController()
    const { signal } = question
    const { document } = store.getState()
    const definition = writeDocument(document)
    const problems = await checkInTurns(definition, types, signal)
    if (problems === undefined || signal.aborted) return
    onFound([...locate(problems, document), ...stillKnown(document, answer)])
    // Without an answer the engine's own problems stand; the next change asks again.
    asking = setTimeout(() => void ask(document, definition).catch(() => undefined), QUIET_MS - DRAWN_MS)
  }
  const stop = (): void => {
    clearTimeout(checking)
    clearTimeout(asking)
    question.abort()
  }
  const begin = (): void => {
    stop()
    checking = setTimeout(() => void check(), DRAWN_MS)
  }
  begin()
  const unsubscribe = store.subscribe((now, before) => {
    if (isWorthALook(now.document, before.document)) begin()
  })
  return () => {
    unsubscribe()
    stop()
  }
}

/** True where another look is worth it: places and notes change nothing. */
const isWorthALook = (now: EditorDocument, before: EditorDocument): boolean =>
  now.nodes !== before.nodes ||
  now.edges !== before.edges ||
  now.fields !== before.fields ||
  now.texts !== before.texts

/** What only the server sees of the nodes that are still as they were when it was asked. */
const stillKnown = (document: EditorDocument, answer: Answer | undefined): readonly LocatedProblem[] => {
  if (answer === undefined) return []
  const unchanged = new Set(
    nodesOf(document)
      .filter((node) => isUnchanged(node, answer.document))
      .map(({ id }) => id),
  )
  return answer.problems.filter(
    ({ problem, node }) => SERVER_ONLY.has(problem.code) && node !== undefined && unchanged.has(node),
  )
}

const isUnchanged = (node: NodeDraft, before: EditorDocument): boolean =>
  before.nodes.get(node.id)?.node === node
