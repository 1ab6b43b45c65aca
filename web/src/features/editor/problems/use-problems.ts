import type { DefinitionProblem, JsonObject } from '@millrace/contracts'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { EditorDocument, NodeDraft } from '../document/document.js'
import { nodesOf } from '../document/document.js'
import { writeDocument } from '../document/json.js'
import type { NodeTypes } from '../document/rename.js'
import { checkLocally, SERVER_ONLY } from './local-checks.js'
import { type LocatedProblem, locate } from './locate.js'

/** Milliseconds of quiet before the server is asked. */
const QUIET_MS = 120

interface Answer {
  readonly document: EditorDocument
  readonly problems: readonly LocatedProblem[]
}

/**
 * What is wrong with the document. The engine answers at once; what only the server sees follows, and stays meanwhile
 * for the nodes that have not changed since it was said.
 */
export const useProblems = (
  document: EditorDocument,
  types: NodeTypes,
  validate: (definition: JsonObject, signal: AbortSignal) => Promise<readonly DefinitionProblem[]>,
): readonly LocatedProblem[] => {
  const [answer, setAnswer] = useState<Answer>()
  const ask = useRef(validate)
  ask.current = validate
  // Places and notes change nothing: only these rows are worth another look.
  const { nodes, edges, fields } = document
  const definition = useMemo(() => ({ document, json: writeDocument(document) }), [nodes, edges, fields])
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(() => {
      ask
        .current(definition.json, stop.signal)
        .then((found) =>
          setAnswer({ document: definition.document, problems: locate(found, definition.document) }),
        )
        // Without an answer the engine's own problems stand; the next change asks again.
        .catch(() => undefined)
    }, QUIET_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [definition])
  return useMemo(() => {
    if (answer?.document === definition.document) return answer.problems
    const local = locate(checkLocally(definition.json, types), definition.document)
    const unchanged = new Set(
      nodesOf(definition.document)
        .filter((node) => isUnchanged(node, answer?.document))
        .map(({ id }) => id),
    )
    const known = answer?.problems.filter(
      ({ problem, node }) => SERVER_ONLY.has(problem.code) && node !== undefined && unchanged.has(node),
    )
    return [...local, ...(known ?? [])]
  }, [answer, definition, types])
}

const isUnchanged = (node: NodeDraft, before: EditorDocument | undefined): boolean =>
  before?.nodes.get(node.id)?.node === node
