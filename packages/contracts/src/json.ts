import { z } from 'zod'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Any JSON value. Cheap on purpose: what JSON.parse returned needs no second walk. */
export const json = z.custom<Json>((value) => value !== undefined, { message: 'expected a JSON value' })

/** Keys that would reach a prototype when used as a plain property; refused as names everywhere. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
