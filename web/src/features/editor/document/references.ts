import type { Json, JsonObject } from '@millrace/contracts'

/** Old ids of steps with their new ones. */
export type Renames = ReadonlyMap<string, string>

const PLAIN_NAME = /^[A-Za-z_]\w*$/
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

const TEMPLATE = /\{\{[\s\S]*?\}\}/g

/** The same in a text with `{{ }}` in it; the text around stays. */
export const renameInTemplate = (text: string, renames: Renames): string =>
  text.replace(TEMPLATE, (template) => renameInSource(template, renames))

/**
 * Every string of params. Which of them are expressions as a whole is the node type's to say: `isSource` is asked
 * with the JSON pointer of each string that holds no template.
 */
export const renameInParams = (
  params: JsonObject,
  renames: Renames,
  isSource: (pointer: readonly string[]) => boolean,
): JsonObject => {
  const walk = (value: Json, path: readonly string[]): Json => {
    if (typeof value === 'string')
      return isSource(path) ? renameInSource(value, renames) : renameInTemplate(value, renames)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    if (value === null || typeof value !== 'object') return value
    return walkObject(value, path)
  }
  const walkObject = (value: JsonObject, path: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, [...path, name])]))
  return renames.size === 0 ? params : walkObject(params, [])
}

/** Ids of the steps an expression reads, as far as they can be seen without parsing it. */
export const stepsReadBy = (source: string): string[] => [
  ...new Set(
    [...source.matchAll(TOKEN)].flatMap(
      ([, , quoted, plain, double, single]) => quoted ?? plain ?? double ?? single ?? [],
    ),
  ),
]
