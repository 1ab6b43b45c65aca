import { page } from '@millrace/contracts'
import type { z } from 'zod'
import type { Transport } from '../transport.js'

export interface Page<T> {
  readonly items: T[]
  /** Give it as `cursor` to get the next page; null on the last one. */
  readonly nextCursor: string | null
}

/** Lists that never have a second page may leave `nextCursor` out. */
export const list = async <T extends z.ZodType>(
  transport: Transport,
  path: string,
  item: T,
  query: Record<string, string | number | undefined> = {},
): Promise<Page<z.output<T>>> => {
  const answer = await transport.call(
    { method: 'GET', path, query },
    page(item).partial({ nextCursor: true }),
  )
  return { items: answer.items, nextCursor: answer.nextCursor ?? null }
}
