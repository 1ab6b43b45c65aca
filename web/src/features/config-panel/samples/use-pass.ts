import type { Json } from '@millrace/contracts'
import { useEffect, useState } from 'react'
import { Evaluator, startEvaluationWorker } from '../expressions/evaluator.js'
import type { SampleScope } from '../expressions/scope.js'
import type { Pass } from './sample.js'

/**
 * The first pass of the containers around a node, the outermost first: `lists` holds what each is given as items,
 * undefined for one that takes none. Undefined outside of containers.
 */
export const usePass = (lists: readonly (Json | undefined)[], scope: SampleScope): Pass | undefined => {
  const [item, setItem] = useState<Json>()
  const [evaluator] = useState(() => new Evaluator(startEvaluationWorker))
  useEffect(() => () => evaluator.close(), [evaluator])
  useEffect(() => {
    if (lists.length === 0) return
    let current = true
    void firstItem(evaluator, lists, scope).then((found) => {
      // The same item read again is no other one: whoever evaluates with it would begin anew, for ever.
      if (current) setItem((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
    })
    return () => {
      current = false
    }
  }, [evaluator, lists, scope])
  return lists.length === 0 ? undefined : { index: 0, item }
}

/** Each list may be worked out from the item around it. */
const firstItem = async (
  evaluator: Evaluator,
  lists: readonly (Json | undefined)[],
  scope: SampleScope,
): Promise<Json | undefined> => {
  let item: Json | undefined
  for (const list of lists) {
    evaluator.setScope({ ...scope, ...(item === undefined ? {} : { item }), index: 0 })
    if (typeof list !== 'string') item = Array.isArray(list) ? list[0] : undefined
    else {
      const source = list.replace(/^\s*\{\{([\s\S]*)\}\}\s*$/, '$1')
      const shown = await evaluator.preview('item', `(${source})[0]`, true)
      item = shown?.kind === 'value' && !shown.cut ? (JSON.parse(shown.text) as Json) : undefined // a value is shown as JSON
    }
  }
  return item
}
