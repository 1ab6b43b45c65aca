import type { Json, JsonObject } from '@millrace/contracts'

/** What a definition says under `ui`: where things stand on the canvas. It never changes what runs. */

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Note extends Point {
  readonly width: number
  readonly height: number
  readonly text: string
}

export interface Group {
  readonly title: string
  readonly nodes: readonly string[]
  readonly collapsed: boolean
}

export interface Layout {
  /**
   * By node id, within its container where it has one; a node without a place stands where the automatic layout puts
   * it.
   */
  readonly positions: ReadonlyMap<string, Point>
  readonly notes: ReadonlyMap<string, Note>
  readonly groups: ReadonlyMap<string, Group>
  /** Containers whose body does not show. */
  readonly folded: ReadonlyMap<string, true>
}

/** What of `ui` can be read; anything else in it is left out. */
export const readLayout = (ui: Json | undefined): Layout => ({
  positions: readMembers(memberOf(ui, 'positions'), readPoint),
  notes: readMembers(memberOf(ui, 'notes'), readNote),
  groups: readMembers(memberOf(ui, 'groups'), readGroup),
  folded: readMembers(memberOf(ui, 'folded'), (value) => (value === true ? value : undefined)),
})

/** The four members of `ui`, empty ones left out. */
export const writeLayout = ({ positions, notes, groups, folded }: Layout): JsonObject => ({
  ...writeMembers('positions', positions, ({ x, y }) => ({ x, y })),
  ...writeMembers('notes', notes, (note) => ({ ...note })),
  ...writeMembers('groups', groups, ({ title, nodes, collapsed }) => ({
    title,
    nodes: [...nodes],
    collapsed,
  })),
  ...writeMembers('folded', folded, (is) => is),
})

const writeMembers = <T>(
  name: string,
  members: ReadonlyMap<string, T>,
  write: (value: T) => Json,
): JsonObject =>
  members.size === 0
    ? {}
    : { [name]: Object.fromEntries([...members].map(([key, value]) => [key, write(value)])) }

const readMembers = <T>(
  value: Json | undefined,
  read: (value: Json) => T | undefined,
): ReadonlyMap<string, T> =>
  new Map(
    Object.entries(isObject(value) ? value : {}).flatMap(([key, member]) => {
      const readable = read(member)
      return readable === undefined ? [] : [[key, readable] as const]
    }),
  )

const readPoint = (value: Json): Point | undefined => {
  const [x, y] = [memberOf(value, 'x'), memberOf(value, 'y')]
  return isNumber(x) && isNumber(y) ? { x, y } : undefined
}

const readNote = (value: Json): Note | undefined => {
  const point = readPoint(value)
  const [width, height, text] = [memberOf(value, 'width'), memberOf(value, 'height'), memberOf(value, 'text')]
  return point !== undefined && isNumber(width) && isNumber(height) && typeof text === 'string'
    ? { ...point, width, height, text }
    : undefined
}

const readGroup = (value: Json): Group | undefined => {
  const [title, nodes] = [memberOf(value, 'title'), memberOf(value, 'nodes')]
  if (typeof title !== 'string' || !Array.isArray(nodes)) return undefined
  const ids = nodes.filter((id) => typeof id === 'string')
  return { title, nodes: ids, collapsed: memberOf(value, 'collapsed') === true }
}

const isNumber = (value: Json | undefined): value is number => Number.isFinite(value)

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
