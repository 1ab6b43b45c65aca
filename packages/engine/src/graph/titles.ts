import type { Json } from '@millrace/contracts'

/** What fields are called in forms and in what is said of them. */

type Titles = Readonly<Record<string, string>>

/** Of a node, apart from its params. */
export const NODE_TITLES: Titles = {
  retry: 'Retry',
  maxAttempts: 'Attempts in all',
  backoff: 'Wait between attempts',
  delayMs: 'First wait in milliseconds',
  maxDelayMs: 'Longest wait in milliseconds',
  jitter: 'Jitter',
  timeoutMs: 'Timeout of an attempt in milliseconds',
  onError: 'When it fails',
  onCrash: 'When its worker dies',
  join: 'Start when',
  compensate: 'Undone by',
}

/** Of the workflow itself. */
export const WORKFLOW_TITLES: Titles = {
  description: 'Description',
  vars: 'Variables',
  timeoutMs: 'Timeout of a run in milliseconds',
  responseTimeoutMs: 'Longest answer to a webhook in milliseconds',
  priority: 'Priority',
  concurrency: 'Limit of runs at a time',
  limit: 'Runs at a time',
  rateLimit: 'Limit of starts in a time',
  runs: 'Starts',
  perMs: 'Within milliseconds',
  debounce: 'Collapse of starts that come close together',
  waitMs: 'Quiet time in milliseconds',
  maxWaitMs: 'Longest wait in milliseconds',
  key: 'For each',
  whenFull: 'A run that finds no place',
  maxParallelSteps: 'Steps of a run at a time',
}

/** `failOnStatus` → `Fail on status`, `api-key` → `Api key`. */
export const titleOf = (name: string): string => {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_.]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** `Cases` → `Case`: one item of a list. */
export const singular = (title: string): string =>
  /ses$/.test(title) && !/[aeiou]ses$/.test(title) ? title.slice(0, -2) : title.replace(/s$/, '')

/** What a JSON Schema calls the field at a path in its values: `URL`, `Port of case 2`. Empty at the root. */
export const titleAt = (schema: Json, path: readonly PropertyKey[]): string => {
  let [here, title, item]: [Json | undefined, string, string | undefined] = [schema, '', undefined]
  for (const key of path.map(String)) {
    const list: Json | undefined = member(here, 'items')
    const named: Json | undefined = list === undefined ? propertyOf(here, key) : undefined
    title = list === undefined ? nameOf(named, key, here, title) : `${singular(title)} ${Number(key) + 1}`
    if (list !== undefined) item = title
    here = list ?? named
  }
  return item === undefined || item === title ? title : `${title} of ${inside(item)}`
}

const nameOf = (schema: Json | undefined, key: string, around: Json | undefined, outer: string): string => {
  // In a record the author chose the name.
  const isChosen =
    member(member(around, 'properties'), key) === undefined &&
    schema !== undefined &&
    schema === member(around, 'additionalProperties')
  if (isChosen) return outer === '' ? JSON.stringify(key) : `${JSON.stringify(key)} of ${inside(outer)}`
  const title = member(schema, 'title')
  return typeof title === 'string' ? title : titleOf(key)
}

/** Within a sentence: `Headers` → `headers`, but `URL` stays. */
const inside = (title: string): string => title.replace(/^[A-Z](?=[^A-Z])/, (first) => first.toLowerCase())

const propertyOf = (schema: Json | undefined, key: string): Json | undefined => {
  const own = member(member(schema, 'properties'), key)
  if (own !== undefined) return own
  for (const name of ['oneOf', 'anyOf']) {
    const variants = member(schema, name)
    if (!Array.isArray(variants)) continue
    for (const variant of variants) {
      const found = propertyOf(variant, key)
      if (found !== undefined) return found
    }
  }
  const rest = member(schema, 'additionalProperties')
  return typeof rest === 'object' && rest !== null ? rest : undefined
}

const member = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined
