import type { Json } from '@millrace/contracts'

/** One visible line of a JSON tree. */
export interface JsonRow {
  /** RFC 6901 pointer from the root. */
  readonly pointer: string
  readonly depth: number
  /** Member name or index; undefined for the root. */
  readonly key: string | undefined
  readonly value: Json
  /** Members of an array or object; undefined for a plain value. */
  readonly size: number | undefined
  readonly isOpen: boolean
}

/** What a reader has opened or closed; everything else follows the default. */
export type Toggles = ReadonlyMap<string, boolean>

/** Containers that are open from the start: the outer two levels, as long as they are short. */
const OPEN_DEPTH = 2
const OPEN_SIZE = 50

/** The rows to show, depth first. Only what is open is walked, so a large value costs what is seen of it. */
export function jsonRows(value: Json, toggles: Toggles): JsonRow[] {
  const rows: JsonRow[] = []
  const visit = (pointer: string, depth: number, key: string | undefined, member: Json) => {
    const size = sizeOf(member)
    const isOpen = size !== undefined && size > 0 && (toggles.get(pointer) ?? isOpenByDefault(depth, size))
    rows.push({ pointer, depth, key, value: member, size, isOpen })
    if (!isOpen) return
    for (const [name, child] of membersOf(member))
      visit(`${pointer}/${escapePointer(name)}`, depth + 1, name, child)
  }
  visit('', 0, undefined, value)
  return rows
}

/** A row's pointer as an expression below `base`: `steps.fetch.output` and `/items/0/id` give `….items[0].id`. */
export function expressionOf(base: string, pointer: string): string {
  const parts = pointer.split('/').slice(1).map(unescapePointer)
  return base + parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${quoteName(part)}`)).join('')
}

const quoteName = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name}\``)

const isOpenByDefault = (depth: number, size: number): boolean =>
  depth === 0 || (depth < OPEN_DEPTH && size <= OPEN_SIZE)

const sizeOf = (value: Json): number | undefined => {
  if (Array.isArray(value)) return value.length
  return value !== null && typeof value === 'object' ? Object.keys(value).length : undefined
}

const membersOf = (value: Json): Iterable<readonly [string, Json]> => {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item] as const)
  return value !== null && typeof value === 'object' ? Object.entries(value) : []
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
const unescapePointer = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~')
