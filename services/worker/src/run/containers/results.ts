import { type Json, type PayloadRef, stepErrorToJson, stringifyJson } from '@millrace/contracts'
import {
  type Body,
  type Container,
  type ItemResult,
  isPaged,
  pageCount,
  type SettledPage,
} from '@millrace/engine'
import type { PayloadRow } from '@millrace/run-store'
import { OUTPUT_LIMIT, toStorable } from '../storable.js'

type LoadPayload = (ref: PayloadRef) => Promise<Json>

/** One end: its output. Several: an object by node id. All skipped: null. Failed: `{ error }`. */
export async function resultValue(
  body: Body,
  { error, sinks }: ItemResult,
  loadPayload: LoadPayload,
): Promise<Json> {
  if (error !== null) return { error: stepErrorToJson(error) }
  const [only] = sinks
  if (only === undefined) return null
  if (body.hasOneEnd && sinks.length === 1) return (await outputOf(only, loadPayload)) ?? null
  const value: { [id: string]: Json } = {}
  for (const sink of sinks) {
    const output = await outputOf(sink, loadPayload)
    if (output !== undefined) value[sink.id] = output
  }
  return value
}

const outputOf = (
  { output, outputRef }: ItemResult['sinks'][number],
  loadPayload: LoadPayload,
): Json | undefined | Promise<Json> => (outputRef === undefined ? output : loadPayload(outputRef))

/** Results of a page up to this stay in its event. Bytes of JSON: the run's state holds them all. */
const INLINE_PAGE = 16 * 1024

/** What one page's results are in its event: themselves where they are small. */
export async function storePage(
  values: readonly Json[],
  key: string,
  storePayload: (row: PayloadRow) => Promise<void>,
): Promise<{ output: Json[] } | { outputRef: PayloadRef }> {
  const { value, stored } = toStorable([...values], INLINE_PAGE)
  if (stored === undefined) return { output: Array.isArray(value) ? value : [] }
  await storePayload({ key, body: stored.body })
  return { outputRef: { key, bytes: stored.bytes } }
}

/** All results in order, or, over the limit of an output, a payload that names their pages (D20). */
export async function gatherResults(
  inside: Container,
  key: string,
  loadPayload: LoadPayload,
  storePayload: (row: PayloadRow) => Promise<void>,
): Promise<{ kind: 'values'; values: Json[] } | { kind: 'pages'; ref: PayloadRef }> {
  const values: Json[] = []
  if (!isPaged(inside)) {
    for (let index = 0; index < inside.count; index++)
      values.push(await resultValue(inside.body, resultOf(inside, index), loadPayload))
    return { kind: 'values', values }
  }
  const pages = Array.from({ length: pageCount(inside) }, (_, page) => inside.pages.get(page)!)
  const bytes = pages.reduce((sum, { outputRef }) => sum + (outputRef?.bytes ?? INLINE_PAGE), 0)
  if (bytes > OUTPUT_LIMIT) return { kind: 'pages', ref: await namePages(pages, key, bytes, storePayload) }
  for (const { output, outputRef } of pages) {
    const page = outputRef === undefined ? output : await loadPayload(outputRef)
    for (const value of Array.isArray(page) ? page : []) values.push(value)
  }
  return { kind: 'values', values }
}

function resultOf(inside: Container, index: number): ItemResult {
  const result = inside.results.get(index)
  if (result === undefined) throw new Error(`item ${index} has not ended`)
  return result
}

async function namePages(
  pages: readonly SettledPage[],
  key: string,
  bytes: number,
  storePayload: (row: PayloadRow) => Promise<void>,
): Promise<PayloadRef> {
  const keys: string[] = []
  for (const [page, { output, outputRef }] of pages.entries()) {
    keys.push(outputRef?.key ?? `${key}/${page}`)
    if (outputRef === undefined) await storePayload({ key: `${key}/${page}`, body: stringifyJson(output) })
  }
  await storePayload({ key, body: stringifyJson({ pages: keys }) })
  return { key, bytes, paged: true }
}
