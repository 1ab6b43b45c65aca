import type { RerunBody, RetryBody } from '@millrace/contracts'
import { readJsonText } from '../../../components/schema-form/model/json-text.js'

/** What an operator chose in the retry dialog. */
export interface RetryChoice {
  readonly from: 'failed' | 'start' | 'step'
  /** The step to begin with; counts for `step` only. */
  readonly step: string
  readonly version: 'same' | 'latest'
  /** The edited input as JSON text; undefined keeps the run's. */
  readonly input: string | undefined
}

export type RetryRequest =
  | { readonly kind: 'retry'; readonly body: RetryBody }
  | { readonly kind: 'rerun'; readonly body: RerunBody }

/**
 * The request that does it. Only a rerun takes another input, so that starting over with one is a rerun from the
 * trigger. Undefined when the input is no JSON.
 */
export function retryRequest(
  choice: RetryChoice,
  trigger: string,
  confirm: boolean,
): RetryRequest | undefined {
  const { from, step, version, input } = choice
  const common = { version, confirm }
  if (from === 'failed') return { kind: 'retry', body: { from, ...common } }
  if (from === 'start' && input === undefined) return { kind: 'retry', body: { from, ...common } }
  const parsed = input === undefined ? undefined : readJsonText(input)
  if (parsed !== undefined && (!parsed.ok || parsed.value === undefined)) return undefined
  const body = { from: from === 'start' ? trigger : step, ...common }
  return { kind: 'rerun', body: parsed === undefined ? body : { ...body, input: parsed.value } }
}
