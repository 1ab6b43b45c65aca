import type { Json, JsonObject } from '@millrace/contracts'
import { mapTemplate } from '../../../components/expressions/template.js'

/** Old ids of steps with their new ones. */
export type Renames = ReadonlyMap<string, string>

export const PLAIN_NAME = /^[A-Za-z_]\w*$/
/** What cannot hold a reference: quoted text and comments. They are matched first, and stay. */
const OPAQUE = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\//
/** `steps.id`, steps.`id` and `steps["id"]`, but not a field of something else that is called steps. */
const REFERENCE =
  /(?<![\w`]|[\w)\]`$]\s*\.\s*|\$)((?:\$\$?\s*\.\s*)?)steps\s*(?:\.\s*(?:`([^`]*)`|([A-Za-z_]\w*))|\[\s*(?:"([^"]*)"|'([^']*)')\s*\])/
const TOKEN = new RegExp(`${REFERENCE.source}|${OPAQUE.source}`, 'g')

/** Points what an expression or a script reads to the new ids. Names inside quotes and comments stay. */
export const renameInSource = (source: string, renames: Renames): string =>
  source.replace(TOKEN, (whole, root: string | undefined, quoted, plain, double, single) => {
    const old = quoted ?? plain ?? double ?? single
    const renamed = old === undefined ? undefined : renames.get(old)
    if (renamed === undefined) return whole
    const bracket = double ?? single
    if (bracket !== undefined) return `${root ?? ''}steps["${renamed}"]`
    return `${root ?? ''}steps.${PLAIN_NAME.test(renamed) ? renamed : `\`${renamed}\``}`
  })

/** The same in a text with `{{ }}` in it; the text around stays. */
export const renameInTemplate = (text: string, renames: Renames): string =>
  mapTemplate(text, (source) => renameInSource(source, renames))

/**
 * Every string of params. Which of them are expressions as a whole is the node type's to say: `isSource` is asked
 * with the JSON pointer of each string that holds no template.
 */
export const renameInParams = (
  params: JsonObject,
  renames: Renames,
  isSource: (pointer: readonly string[]) => boolean,
): JsonObject =>
  renames.size === 0
    ? params
    : mapStrings(params, (text, path) =>
        isSource(path) ? renameInSource(text, renames) : renameInTemplate(text, renames),
      )

/** The params with other strings; `path` is the JSON pointer of each. */
export const mapStrings = (
  params: JsonObject,
  map: (text: string, path: readonly string[]) => string,
): JsonObject => {
  const walk = (value: Json, path: readonly string[]): Json => {
    if (typeof value === 'string') return map(value, path)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    if (value === null || typeof value !== 'object') return value
    return walkObject(value, path)
  }
  const walkObject = (value: JsonObject, path: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, [...path, name])]))
  return walkObject(params, [])
}

/** Ids of the steps an expression reads, as far as they can be seen without parsing it. */
export const stepsReadBy = (source: string): string[] => [
  ...new Set(
    [...source.matchAll(TOKEN)].flatMap(
      ([, , quoted, plain, double, single]) => quoted ?? plain ?? double ?? single ?? [],
    ),
  ),
]
