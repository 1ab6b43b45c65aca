import { isDeepStrictEqual } from 'node:util'
import { type Json, MillraceError, stringifyJson } from '@millrace/contracts'
import type { NodeContext, NodeHttpRequest, NodeHttpResponse } from '../../../define.js'
import { type HttpOutput, statusError } from '../response.js'
import { firstCall, nextCall } from './next.js'
import type { Pagination } from './params.js'

/** Bytes of JSON: no output may be larger. */
const MAX_BYTES = 32 * 1024 * 1024

export interface PagesOutput {
  /** Of the last answer, as `headers`. */
  readonly status: number
  readonly headers: Record<string, string>
  /** What `items` gave on all pages in a row; without it the body of each page. */
  readonly body: Json[]
  readonly pages: number
  /** False where pages were left: after `maxPages`, or at an answer with an error status. */
  readonly complete: boolean
}

/** How one page is fetched and read. */
export interface PageDoors {
  readonly send: (call: NodeHttpRequest) => Promise<NodeHttpResponse>
  readonly read: (response: NodeHttpResponse) => HttpOutput
  readonly failOnStatus: boolean
}

/**
 * All pages, one after the other. Owns what is kept of them, at most 32 MB of JSON.
 * Throws OUTPUT_TOO_LARGE; NODE_FAILED for a page that came before, and where expressions give what they should not.
 */
export const fetchPages = async (
  ctx: Pick<NodeContext, 'evaluate' | 'log'>,
  first: NodeHttpRequest,
  mode: Pagination,
  doors: PageDoors,
): Promise<PagesOutput> => {
  const seen = new Set<string>()
  const kept = new Kept()
  let call: NodeHttpRequest = firstCall(first, mode)
  let before: Json | undefined
  for (let index = 0; ; index++) {
    if (seen.has(call.url)) throw cameBefore()
    seen.add(call.url)
    const response = await doors.send(call)
    const output = doors.read(response)
    const done = (pages: number, complete: boolean): PagesOutput => ({
      ...{ status: output.status, headers: output.headers },
      ...{ body: kept.values, pages, complete },
    })
    if (output.status >= 400) {
      if (doors.failOnStatus) throw statusError(output)
      return done(index, false)
    }
    const ask = (source: string) => ctx.evaluate(source, { item: { ...output }, index })
    const count = kept.add(output.body, mode.items === undefined ? undefined : toList(await ask(mode.items)))
    // A server that does not know the parameter gives the same page for ever.
    if (count !== 0 && before !== undefined && isCounted(mode) && isDeepStrictEqual(before, output.body))
      throw cameBefore()
    before = output.body
    const page = { call, url: response.url ?? call.url, headers: output.headers, index, count }
    const next = await nextCall(mode, { ...page, counted: kept.counted }, ask)
    if (next === undefined) return done(index + 1, true)
    if (index + 1 === mode.maxPages) {
      ctx.log('warn', `There are more than ${mode.maxPages} pages: the rest is left`)
      return done(index + 1, false)
    }
    call = next
  }
}

const isCounted = ({ mode }: Pagination): boolean => mode === 'page' || mode === 'offset'

const cameBefore = (): MillraceError =>
  new MillraceError('NODE_FAILED', 'The next page is one that has come before', {
    details: { retryable: false },
  })

/** JSONata makes no difference between a value and a list of just that value. */
const toList = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

class Kept {
  readonly values: Json[] = []
  counted = 0
  #bytes = 0

  /** Keeps the items, or the body where none were asked for, and tells how many items there are, where a list tells. */
  add(body: Json, items: readonly Json[] | undefined): number | undefined {
    const added = items ?? [body]
    this.#bytes += Buffer.byteLength(stringifyJson(added) ?? '')
    if (this.#bytes > MAX_BYTES)
      throw new MillraceError(
        'OUTPUT_TOO_LARGE',
        `The pages have more than ${MAX_BYTES} bytes: keep less with \`items\``,
      )
    for (const value of added) this.values.push(value)
    const list = items ?? (Array.isArray(body) ? body : undefined)
    this.counted += list?.length ?? 0
    return list?.length
  }
}
