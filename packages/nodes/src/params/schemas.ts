import { type CredentialData, json, jsonNumber } from '@millrace/contracts'
import { expressionSource, inspectExpression } from '@millrace/expressions'
import { z } from 'zod'
import { asciiFileName } from './file-name.js'

/** Building blocks of params. `.meta` tells forms which control to show; it must come last, wrappers drop it. */

interface FieldText {
  readonly title: string
  readonly description?: string
}

/** Any JSON; strings in it may hold templates. */
export const anyValue = (text: FieldText) => json.meta({ ...text, control: 'json' })

/** Text with a template in it, such as `a = {{ b }}`: JSONata itself may hold the braces too, and then is sound. */
const isMixed = (text: string): boolean =>
  text.includes('{{') && !text.trimStart().startsWith('{{') && inspectExpression(text).syntaxError !== null

/**
 * Raw JSONata, evaluated by the node itself through `ctx.evaluate` and never resolved as a template: what a
 * template resolved to must not be run as code. One enclosing `{{ }}` is taken off.
 */
const rawSource = z
  .string()
  .min(1)
  .max(100_000)
  .refine((text) => expressionSource(text) !== undefined && !isMixed(text), {
    message: 'give one expression, with or without {{ }} around it',
  })
  .transform((text) => expressionSource(text) ?? text)

export const expression = (text: FieldText) =>
  rawSource.meta({ ...text, control: 'expression', expression: true })
export const optionalExpression = (text: FieldText) =>
  rawSource.optional().meta({ ...text, control: 'expression', expression: true })

/** The name of a credential of one of these types. Always called `credential`: see `checkParams`. */
export const credential = (types: readonly CredentialData['type'][], text: FieldText) =>
  z
    .string()
    .min(1)
    .max(128)
    .meta({ ...text, control: 'credential', credentialType: types })

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused (header injection).
const HEADER_VALUE = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/

/** A field name of RFC 9110. */
export const headerName = z.string().max(200).regex(HEADER_NAME, 'this is no header name')

/** Numbers and booleans are written out, so that a template may give one. */
const headerValue = z
  .union([z.string().max(10_000), jsonNumber, z.boolean()])
  .transform(String)
  .refine((value) => HEADER_VALUE.test(value), { message: 'control characters are not allowed' })

/** A header holds Latin-1 (RFC 9110, section 5.5); file names have a way of their own to hold more. */
export const headers = z.record(headerName, headerValue).transform((given, context) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const written = name.toLowerCase() === 'content-disposition' ? asciiFileName(value) : value
      if (!LATIN1.test(written))
        context.addIssue({
          code: 'custom',
          path: [name],
          message:
            'a header holds Latin-1 characters only: encode the value, for instance with $encodeUrlComponent()',
        })
      return [name, written]
    }),
  ),
)

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are refused elsewhere.
const LATIN1 = /^[\u0000-\u00ff]*$/

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/**
 * For `.refine(...exactlyOneOf('a', 'b'))` on an object. It runs even when a member has an issue of its own:
 * at validation most of those come from templates and are dropped.
 */
export const exactlyOneOf = (...names: readonly string[]) =>
  [
    (params: object) => names.filter((name) => Reflect.get(params, name) !== undefined).length === 1,
    {
      message: `give exactly one of ${names.map((name) => `\`${name}\``).join(', ')}`,
      when: ({ value }: { value: unknown }) => isObject(value),
    },
  ] as const
