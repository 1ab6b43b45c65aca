import { type Json, MillraceError } from '@millrace/contracts'
import type { NodeType } from '../define.js'
import { pointerToken } from './templates.js'

/**
 * Resolved params as the node wants them, defaults filled in: what `effect` and `execute` take.
 * Throws INVALID_PARAMS with every field that is wrong; values are left out of the message (I8).
 */
export const parseParams = (type: NodeType, resolved: Json): unknown => {
  const parsed = type.params.safeParse(resolved)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(pointerToken).join('')} ${message}`,
  )
  throw new MillraceError('INVALID_PARAMS', `${type.type}: ${problems.join('; ').trim()}`)
}
