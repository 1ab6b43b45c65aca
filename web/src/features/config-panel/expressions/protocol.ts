import type { ExpressionKind } from '../../../components/schema-form/form-context.js'
import type { Preview } from './evaluate.js'
import type { SampleScope } from './scope.js'

/** As much of a value as a line below a field has room for. */
export const SHOWN_CHARACTERS = 2_000

/** What goes to the worker: the sample once, then only what is typed. */
export type EvaluationRequest =
  | { readonly kind: 'scope'; readonly scope: SampleScope }
  | {
      readonly kind: 'preview'
      readonly id: number
      readonly text: string
      readonly expression: ExpressionKind
      /** Characters of the value that are given at most. */
      readonly limit: number
    }

export interface EvaluationAnswer {
  readonly id: number
  readonly preview: Preview
}
