import type { z } from 'zod'

export interface Said {
  /** A sentence without its full stop. */
  readonly message: string
  readonly hint: string
}

/** What is wrong with the value of a field, in words that name it: those of the schema library are for programs. */
export const sayIssue = (issue: z.core.$ZodIssue, title: string, value: unknown): Said => {
  if (value === undefined || (value === '' && issue.code === 'too_small'))
    return { message: `${title} is required`, hint: `Fill in ${title}.` }
  return { message: sentence(issue, title, value), hint: 'Correct the value.' }
}

const sentence = (issue: z.core.$ZodIssue, title: string, value: unknown): string => {
  switch (issue.code) {
    case 'invalid_type':
      if (typeof value === 'bigint' && isNumeric(issue.expected)) return `${title} must ${boundOf(value)}`
      return `${title} must be ${expectedOf(issue.expected)}${isOddNumber(issue.expected, value) ? '' : `, not ${kindOf(value)}`}`
    case 'invalid_value':
      return `${title} must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((each) => JSON.stringify(String(each))).join(', ')}`
    case 'too_small':
      return `${title} must ${amount(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `${title} must ${amount(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_format':
      if (FORMATS[issue.format] !== undefined) return `${title} must be ${FORMATS[issue.format]}`
      // A pattern without words of its own.
      return issue.message.startsWith('Invalid ') ? `${title} is not accepted` : named(title, issue.message)
    case 'invalid_key':
      return named(title, issue.issues[0]?.message ?? issue.message)
    case 'invalid_union':
      return `${title} has none of the forms it may have`
    case 'custom':
      return issue.message === 'Invalid input' ? `${title} is not accepted` : named(title, issue.message)
    default:
      return `${title} is not accepted`
  }
}

const named = (title: string, message: string): string =>
  title === '' ? message.charAt(0).toUpperCase() + message.slice(1) : `${title}: ${message}`

export const isNumeric = (expected: string): boolean => expected === 'int' || expected === 'number'

const boundOf = (value: bigint): string =>
  value > 0 ? `be at most ${Number.MAX_SAFE_INTEGER}` : `be at least ${Number.MIN_SAFE_INTEGER}`

/** A number where a whole number is asked for: saying that it is a number helps nobody. */
const isOddNumber = (expected: string, value: unknown): boolean =>
  expected === 'int' && typeof value === 'number'

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}
const expectedOf = (name: string): string => EXPECTED[name] ?? name

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'boolean':
      return String(value)
    case 'object':
      return 'an object'
    default:
      return 'a number'
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a date and time with its offset, such as 2026-12-01T09:00:00Z',
  date: 'a date such as 2026-12-01',
  url: 'a URL such as https://example.com',
  email: 'an e-mail address',
  uuid: 'a UUID',
}

const amount = (origin: string, bound: string, limit: number | bigint): string => {
  switch (origin) {
    case 'string':
      return `have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`
    case 'array':
    case 'set':
      return `have ${bound} ${limit} ${limit === 1 ? 'item' : 'items'}`
    default:
      return `be ${bound} ${limit}`
  }
}
