import { type RunFilter, type RunStatus, runStatus } from '@millrace/contracts'

/** The filters of the run list as the URL holds them. */
export interface RunSearch {
  readonly status?: RunStatus
  /** Name or id. */
  readonly workflow?: string
  readonly version?: number
  readonly trigger?: string
  readonly error?: string
  readonly since?: Since
  /** ISO 8601, instead of `since`. */
  readonly from?: string
  readonly to?: string
  readonly longer?: Longer
}

const SINCE_MS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const
export type Since = keyof typeof SINCE_MS
export const SINCE_LABELS: Readonly<Record<Since, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
}

const LONGER_MS = { '1s': 1_000, '10s': 10_000, '1m': 60_000, '10m': 600_000, '1h': 3_600_000 } as const
export type Longer = keyof typeof LONGER_MS
export const LONGER_LABELS: Readonly<Record<Longer, string>> = {
  '1s': 'Over 1 second',
  '10s': 'Over 10 seconds',
  '1m': 'Over 1 minute',
  '10m': 'Over 10 minutes',
  '1h': 'Over 1 hour',
}

/** Leaves out what cannot be read: an old link still opens. */
export const parseRunSearch = (raw: Record<string, unknown>): RunSearch => {
  const version = Number(raw['version'])
  const parsed = {
    status: runStatus.safeParse(raw['status']).data,
    workflow: text(raw['workflow'], 128),
    version: Number.isSafeInteger(version) && version > 0 ? version : undefined,
    trigger: text(raw['trigger'], 64),
    error: text(raw['error'], 200),
    since: oneOf(SINCE_LABELS, raw['since']),
    from: instant(raw['from']),
    to: instant(raw['to']),
    longer: oneOf(LONGER_LABELS, raw['longer']),
  }
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined))
}

const text = (value: unknown, longest: number): string | undefined => {
  const whole = typeof value === 'number' ? String(value) : value
  return typeof whole === 'string' && whole !== '' && whole.length <= longest ? whole : undefined
}

const oneOf = <K extends string>(labels: Readonly<Record<K, string>>, value: unknown): K | undefined =>
  // The keys of `labels` are K by its type.
  (Object.keys(labels) as K[]).find((key) => key === value)

const instant = (value: unknown): string | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

export const hasFilter = (search: RunSearch): boolean => Object.keys(search).length > 0

/** @param now milliseconds: what "the last hour" counts from. */
export const toRunFilter = (search: RunSearch, now: number): RunFilter => {
  const { since, from, to, longer, ...same } = search
  const createdFrom = since === undefined ? from : new Date(now - SINCE_MS[since]).toISOString()
  return {
    ...same,
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(to === undefined || since !== undefined ? {} : { createdTo: to }),
    ...(longer === undefined ? {} : { minDurationMs: LONGER_MS[longer] }),
  }
}
