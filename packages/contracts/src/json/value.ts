import { z } from 'zod'

/**
 * A JSON value in memory. An integer beyond ±(2^53 − 1) is a bigint, so that it keeps its digits; every other number
 * is a double. A bigint within that range stands nowhere: see `exactInteger`.
 */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Any JSON value. Cheap on purpose: what `parseJson` returned needs no second walk. */
export const json = z.custom<Json>((value) => value !== undefined, { message: 'expected a JSON value' })

/** A number of either kind: what a template may give where a number is expected. */
export const jsonNumber = z
  .custom<number | bigint>((value) => typeof value === 'bigint' || Number.isFinite(value), {
    message: 'expected a number',
  })
  .meta({ type: 'number' })

/** Keys that would reach a prototype when used as a plain property; refused for what expressions name: steps and fields of forms. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
