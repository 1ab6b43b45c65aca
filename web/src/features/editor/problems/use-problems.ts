import { useEffect, useState } from 'react'
import { useSteady } from '../../../components/use-steady.js'
import type { NodeTypes } from '../document/rename.js'
import { equalJson } from '../document/same.js'
import type { EditorStore } from '../store/editor-store.js'
import type { LocatedProblem } from './locate.js'
import { type Validate, watchProblems } from './watch-problems.js'

const NONE: readonly LocatedProblem[] = []

/**
 * What is wrong with the document. Whoever asks is drawn again when that changes, not with every change of the
 * document.
 */
export const useProblems = (
  store: EditorStore,
  types: NodeTypes,
  validate: Validate,
): readonly LocatedProblem[] => {
  const [problems, setProblems] = useState(NONE)
  const ask = useSteady(validate)
  useEffect(
    () =>
      watchProblems(store, types, ask, (found) =>
        setProblems((before) => (equalJson(before, found) ? before : found)),
      ),
    [store, types, ask],
  )
  return problems
}
