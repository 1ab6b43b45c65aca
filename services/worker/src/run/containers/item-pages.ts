import {
  ITEMS_PER_PAGE,
  type Json,
  type PayloadRef,
  refuseUnstorable,
  stringifyJson,
} from '@millrace/contracts'
import type { Container } from '@millrace/engine'
import type { PayloadRow } from '@millrace/run-store'
import { toStorable } from '../storable.js'

/** Pages of a map's items in memory at once: those under way and the next (I10). */
const PAGES_KEPT = 3
/** Pages on their way to the database at once. */
const WRITES = 4

/** Where a map has its items. */
export type MapItems = Pick<Container, 'items' | 'itemsKey'>

/** The items of maps, read a page at a time (D20). */
export class ItemPages {
  readonly #pages = new WeakMap<MapItems, Map<number, Promise<Json>>>()

  constructor(private readonly loadPayload: (ref: PayloadRef) => Promise<Json>) {}

  async itemOf(inside: MapItems, index: number): Promise<Json | undefined> {
    if (inside.items !== undefined) return inside.items[index]
    const page = await this.#pageOf(inside, Math.floor(index / ITEMS_PER_PAGE))
    return Array.isArray(page) ? page[index % ITEMS_PER_PAGE] : undefined
  }

  #pageOf(inside: MapItems, page: number): Promise<Json> {
    const pages = this.#pages.get(inside) ?? new Map<number, Promise<Json>>()
    this.#pages.set(inside, pages)
    const known = pages.get(page)
    if (known !== undefined) return known
    const loading = this.loadPayload({ key: pageKey(inside.itemsKey ?? '', page), bytes: 0 })
    // A read that failed is tried again by the next step that asks.
    loading.catch(() => pages.delete(page))
    pages.set(page, loading)
    for (const oldest of pages.keys()) {
      if (pages.size <= PAGES_KEPT) break
      pages.delete(oldest)
    }
    return loading
  }
}

const pageKey = (itemsKey: string, page: number): string => `${itemsKey}/${page}`

export type StoredItems = { readonly items: readonly Json[] } | { readonly itemsKey: string }

const pageBody = (items: Json[]): string => {
  const body = stringifyJson(items)
  refuseUnstorable(items, 'the list', body)
  return body
}

/** Small lists stay in the event; any other is stored by pages, before the event that names them. */
export async function storeItems(
  items: readonly Json[],
  itemsKey: string,
  storePayload: (row: PayloadRow) => Promise<void>,
): Promise<StoredItems> {
  if (items.length <= ITEMS_PER_PAGE) {
    const { value, stored } = toStorable([...items])
    if (stored === undefined && Array.isArray(value)) return { items: value }
  }
  const pages = Math.ceil(items.length / ITEMS_PER_PAGE)
  let next = 0
  const writeOn = async () => {
    while (next < pages) {
      const page = next++
      const from = page * ITEMS_PER_PAGE
      await storePayload({
        key: pageKey(itemsKey, page),
        body: pageBody(items.slice(from, from + ITEMS_PER_PAGE)),
      })
    }
  }
  const writers = Array.from({ length: WRITES }, () =>
    writeOn().catch((error: unknown) => {
      next = pages // one page that cannot be stored is enough
      throw error
    }),
  )
  await Promise.all(writers)
  return { itemsKey }
}
