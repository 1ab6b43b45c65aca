import type { Effect, Json } from '@millrace/contracts'
import { nodeLibrary } from './library.js'

/**
 * What a node may do to the outside, as far as its definition tells: where that depends on params that are only
 * worked out in a run, or the type is not known, it counts as a write.
 */
export const declaredEffect = (type: string, params: Readonly<Record<string, Json>>): Effect => {
  const effect = nodeLibrary.get(type)?.effect ?? 'write'
  return typeof effect === 'function' ? effect(params) : effect
}
