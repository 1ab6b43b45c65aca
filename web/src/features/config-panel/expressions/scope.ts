import type { Json, JsonObject } from '@millrace/contracts'

/** What the expressions of one node may read, from the data of a sample. Members without data are left out. */
export interface SampleScope {
  readonly trigger?: Json
  readonly steps: Readonly<Record<string, { readonly output?: Json; readonly status?: string }>>
  readonly run: JsonObject
  readonly workflow: JsonObject
  readonly vars: JsonObject
  /** In a container, and where a node gives each item of a list to its expression. */
  readonly item?: Json
  readonly index?: number
}

/** `array of 3`, `text`, `number` … as people say it. */
export const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `list of ${value.length}`
  if (typeof value === 'string') return 'text'
  if (typeof value === 'bigint') return 'number'
  return typeof value === 'object' ? 'object' : typeof value
}
