import { z } from 'zod'

export const MAX_DURATION_MS = 366 * 24 * 3_600_000
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A number and a unit, as milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,12}(ms|s|m|h|d)$/, 'use a number and a unit: ms, s, m, h or d')
  .transform(toMilliseconds)
  .pipe(z.int().max(MAX_DURATION_MS))

function toMilliseconds(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
