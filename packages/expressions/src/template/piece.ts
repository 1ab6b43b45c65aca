import type { Json } from '@millrace/contracts'
import type { Scope } from '../types.js'

/** What expressions may read: of a run, or of a sample in the editor. */
export type Names = Scope | Record<string, unknown>

/** Gives the value, or a promise of it when JSONata had to be asked. */
export type Resolver = (scope: Names) => Json | undefined | Promise<Json | undefined>

/** A part of the params, once compiled. */
export type Piece =
  | { readonly constant: true; readonly value: Json; readonly resolve: Resolver }
  | { readonly constant: false; readonly resolve: Resolver }

export const constant = (value: Json): Piece => ({ constant: true, value, resolve: () => value })

/** Waits only if something has to be waited for: most params resolve at once. */
export function whenAll(
  pieces: readonly Piece[],
  scope: Names,
  combine: (values: readonly (Json | undefined)[]) => Json,
): Json | Promise<Json> {
  let pending = false
  const values = pieces.map((piece) => {
    const value = piece.resolve(scope)
    if (value instanceof Promise) pending = true
    return value
  })
  return pending ? Promise.all(values).then(combine) : combine(values as (Json | undefined)[])
}
