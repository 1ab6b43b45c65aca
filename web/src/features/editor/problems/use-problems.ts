import type { DefinitionProblem, JsonObject } from '@millrace/contracts'
import { useEffect, useRef, useState } from 'react'
import type { EditorDocument, NodeDraft } from '../document/document.js'
import { nodesOf } from '../document/document.js'
import { writeDocument } from '../document/json.js'
import type { NodeTypes } from '../document/rename.js'
import { checkLocally, SERVER_ONLY } from './local-checks.js'
import { type LocatedProblem, locate } from './locate.js'

/** Milliseconds after a change: its own frame is drawn first. Keys that follow closely are checked once. */
const DRAWN_MS = 30
/** Milliseconds of quiet before the server is asked. */
const QUIET_MS = 120

interface Answer {
  readonly document: EditorDocument
  readonly problems: readonly LocatedProblem[]
}

const NONE: readonly LocatedProblem[] = []

/**
 * What is wrong with the document. The engine answers first; what only the server sees follows, and stays meanwhile
 * for the nodes that have not changed since it was said.
 */
export const useProblems = (
  document: EditorDocument,
  types: NodeTypes,
  validate: (definition: JsonObject, signal: AbortSignal) => Promise<readonly DefinitionProblem[]>,
): readonly LocatedProblem[] => {
  const [problems, setProblems] = useState(NONE)
  const answer = useRef<Answer>(undefined)
  const ask = useRef(validate)
  ask.current = validate
  // Places and notes change nothing: only these rows are worth another look.
  const { nodes, edges, fields } = document
  useEffect(() => {
    const stop = new AbortController()
    const check = (): void => {
      const definition = writeDocument(document)
      const local = locate(checkLocally(definition, types), document)
      setProblems([...local, ...stillKnown(document, answer.current)])
      asking = setTimeout(() => {
        ask
          .current(definition, stop.signal)
          .then((found) => {
            answer.current = { document, problems: locate(found, document) }
            setProblems(answer.current.problems)
          })
          // Without an answer the engine's own problems stand; the next change asks again.
          .catch(() => undefined)
      }, QUIET_MS - DRAWN_MS)
    }
    let asking: ReturnType<typeof setTimeout> | undefined
    const checking = setTimeout(check, DRAWN_MS)
    return () => {
      clearTimeout(checking)
      clearTimeout(asking)
      stop.abort()
    }
  }, [nodes, edges, fields, types])
  return problems
}

/** What only the server sees of the nodes that are still as they were when it was asked. */
const stillKnown = (document: EditorDocument, answer: Answer | undefined): readonly LocatedProblem[] => {
  if (answer === undefined) return NONE
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
