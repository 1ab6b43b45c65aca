import { ITEMS_PER_PAGE } from '@millrace/contracts'
import { isComplete, isPaged, pageCount, pageRange } from './container.js'
import { isStopped } from './scope.js'
import type { Container, Scope, StepState } from './state.js'
import type { Command } from './types.js'

/** Pages of a pure map that are worked out at once: one is stored while the next is evaluated. */
const PAGES_AT_ONCE = 2

/**
 * What has to be done for a container, now that something about it has changed: values have to be read, stored or
 * evaluated, which the engine does not do. `ended`: the item that brought it on; undefined looks at all of it, as a
 * new owner must. The same chore may come again before its answer.
 */
export function containerChores(step: StepState, ended: Scope | undefined, mayStart: boolean): Command[] {
  const { inside, path, node, attempt } = step
  if (inside === null || inside.kind === 'past' || isStopped(step.scope)) return []
  const close: Command = { kind: 'close_container', path, node, attempt }
  if (inside.error !== null) return inside.running === 0 ? [close] : []
  if (inside.kind === 'repeat') {
    const index = inside.begun - 1
    return inside.results.has(index) ? [{ kind: 'check_iteration', path, node, attempt, index }] : []
  }
  if (isComplete(inside)) return [close]
  if (inside.record === 'pages') {
    if (!mayStart) return []
    return nextPages(inside).map((page) => ({ kind: 'execute_page', path, node, attempt, page }))
  }
  return pagesToSettle(inside, ended).map((page) => ({ kind: 'settle_page', path, node, attempt, page }))
}

function nextPages(inside: Container): number[] {
  const pages: number[] = []
  for (let page = inside.firstOpenPage; page < pageCount(inside) && pages.length < PAGES_AT_ONCE; page++)
    if (!inside.pages.has(page)) pages.push(page)
  return pages
}

/** Those whose items have all ended: the one of `ended`, or any. */
function pagesToSettle(inside: Container, ended: Scope | undefined): number[] {
  if (!isPaged(inside)) return []
  const isDone = (page: number) => {
    const { from, to } = pageRange(inside, page)
    return inside.endedInPage.get(page) === to - from
  }
  if (ended === undefined) return [...inside.endedInPage.keys()].filter(isDone)
  const page = Math.floor(ended.index / ITEMS_PER_PAGE)
  return inside.results.has(ended.index) && isDone(page) ? [page] : []
}
