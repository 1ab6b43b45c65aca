import { type Json, json, parseJson, stringifyJson } from '@millrace/contracts'
import { useEffect, useState } from 'react'
import { z } from 'zod'
import { Evaluator, startEvaluationWorker } from '../expressions/evaluator.js'
import type { SampleScope } from '../expressions/scope.js'
import type { Pass } from './sample.js'

/** What is known of one container around a node. */
export interface Items {
  /** Undefined where it takes no items, or they are not known. */
  readonly count: number | undefined
  readonly item: Json | undefined
}

export interface ShownPass {
  /** Undefined outside of containers. */
  readonly pass: Pass | undefined
  /** One a container, the outermost first. */
  readonly around: readonly Items[]
}

/**
 * The pass that is shown of the containers around a node, the outermost first: `lists` holds what each is given as
 * items, undefined for one that takes none, and `indexes` which pass it is.
 */
export const usePass = (
  lists: readonly (Json | undefined)[],
  indexes: readonly number[],
  scope: SampleScope,
): ShownPass => {
  const [found, setFound] = useState<Found>({ at: '', around: [] })
  const [evaluator] = useState(() => new Evaluator(startEvaluationWorker))
  const at = stringifyJson(indexes)
  useEffect(() => () => evaluator.close(), [evaluator])
  useEffect(() => {
    if (lists.length === 0) return
    let current = true
    void itemsAround(evaluator, lists, indexes, scope).then((around) => {
      // The same items read again are no others: whoever evaluates with them would begin anew, for ever.
      const next = { at, around }
      if (current) setFound((before) => (stringifyJson(before) === stringifyJson(next) ? before : next))
    })
    return () => {
      current = false
    }
    // The indexes are compared by what they say.
  }, [evaluator, lists, at, scope])
  // Of another pass nothing is said of this one.
  const around = found.at === at ? found.around : NOTHING
  const index = indexes.at(-1)
  return { pass: index === undefined ? undefined : { index, item: around.at(-1)?.item }, around }
}

interface Found {
  /** The indexes it is of. */
  readonly at: string
  readonly around: readonly Items[]
}

const NOTHING: readonly Items[] = []

/** Each list may be worked out from the item around it. */
const itemsAround = async (
  evaluator: Evaluator,
  lists: readonly (Json | undefined)[],
  indexes: readonly number[],
  scope: SampleScope,
): Promise<readonly Items[]> => {
  const found: Items[] = []
  for (const [level, list] of lists.entries()) {
    const index = indexes[level] ?? 0
    const before = found.at(-1)?.item
    const around =
      level === 0 ? {} : { index: indexes[level - 1] ?? 0, ...(before !== undefined && { item: before }) }
    evaluator.setScope({ ...scope, ...around })
    found.push(await itemOf(evaluator, list, index))
  }
  return found
}

const UNKNOWN: Items = { count: undefined, item: undefined }

const evaluated = z.object({ count: z.int(), item: json.optional() })

const itemOf = async (evaluator: Evaluator, list: Json | undefined, index: number): Promise<Items> => {
  if (Array.isArray(list)) return { count: list.length, item: list[index] }
  if (typeof list !== 'string') return UNKNOWN
  const source = list.replace(/^\s*\{\{([\s\S]*)\}\}\s*$/, '$1')
  const both = `($items := (${source}); {"count": $count($items), "item": $items[${index}]})`
  const shown = await evaluator.preview('item', both, 'source', Number.POSITIVE_INFINITY)
  // A value is shown as JSON, and this one is not cut.
  const parsed = shown?.kind === 'value' ? evaluated.safeParse(parseJson(shown.text)) : undefined
  return parsed?.success === true ? { count: parsed.data.count, item: parsed.data.item } : UNKNOWN
}
