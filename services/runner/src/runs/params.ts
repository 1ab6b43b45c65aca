import { MillraceError, runId } from '@millrace/contracts'
import { z } from 'zod'

/** `/runs/:id` */
export const runParams = z.object({ id: runId })

export const noSuchRun = (): MillraceError => new MillraceError('NOT_FOUND', 'There is no such run')

/** Postgres refuses U+0000 in any text, even in one that is only looked up. */
export const storableText = z.string().regex(/^[^\0]+$/, 'must hold text without U+0000')
