import { z } from 'zod'
import { expression, optionalExpression } from '../../../params/schemas.js'

const MAX_PAGES = 1_000

/** As a query names them. */
const name = z.string().min(1).max(200)

const common = {
  items: optionalExpression({
    title: 'Items',
    description:
      'JSONata over `item`, the answer with `status`, `headers` and `body`, such as item.body.data. Gives the list of what to keep. Without it each body is kept.',
  }),
  maxPages: z.int().min(1).max(MAX_PAGES).default(100).meta({
    title: 'Most pages',
    description: 'With more, the output says `complete: false`.',
  }),
}

const counted = {
  total: optionalExpression({
    title: 'Total',
    description:
      'JSONata over `item`: how many items there are on all pages. Without it the first empty page is the end.',
  }),
  size: z.int().min(1).max(100_000).optional().meta({
    title: 'Size',
    description: 'Items to ask for. Left out, the server decides.',
  }),
  ...common,
}

const sizeParam = (fallback: string) => name.default(fallback).meta({ title: 'Query parameter of the size' })

/** Raw as a whole: its expressions are evaluated over each page, and what an answer holds is never run as code. */
export const pagination = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }),
  z.strictObject({ mode: z.literal('link'), ...common }),
  z.strictObject({
    mode: z.literal('cursor'),
    next: expression({
      title: 'Next',
      description: 'JSONata over `item`, such as item.body.next_cursor. Nothing, null or "" is the end.',
    }),
    param: name.optional().meta({
      title: 'Query parameter',
      description: 'That takes the cursor. Left out, `next` gives the URL of the next page.',
    }),
    ...common,
  }),
  z.strictObject({
    mode: z.literal('page'),
    param: name.default('page').meta({ title: 'Query parameter of the page' }),
    start: z.int().min(0).default(1).meta({ title: 'First page' }),
    sizeParam: sizeParam('per_page'),
    ...counted,
  }),
  z.strictObject({
    mode: z.literal('offset'),
    param: name.default('offset').meta({ title: 'Query parameter of the offset' }),
    start: z.int().min(0).default(0).meta({ title: 'First offset' }),
    sizeParam: sizeParam('limit'),
    ...counted,
  }),
])
export type Pagination = Exclude<z.output<typeof pagination>, { mode: 'none' }>
