import type { Effect, Node } from '@millrace/contracts'
import { nodeLibrary } from './library.js'

const BY_STRENGTH: readonly Effect[] = ['write', 'read', 'pure']

/**
 * What a node may do to the outside, as far as its definition tells: where that depends on params that are only
 * worked out in a run, or the type is not known, it counts as a write. A container does what the nodes in it do.
 */
export const declaredEffect = ({ type, params, body }: Pick<Node, 'type' | 'params' | 'body'>): Effect => {
  const effect = nodeLibrary.get(type)?.effect ?? 'write'
  const own = typeof effect === 'function' ? effect(params) : effect
  const effects = [own, ...(body?.nodes ?? []).map(declaredEffect)]
  return BY_STRENGTH.find((each) => effects.includes(each)) ?? own
}
