import type { NodeTypeDescriptor } from '@millrace/contracts'
import type { Target } from '../document/connections.js'

/** One thing that can be chosen in a searchable list. */
export interface Choice {
  readonly key: string
  readonly section: string
  readonly label: string
  readonly detail: string
  readonly icon: string
  readonly category: string
  /** Why it cannot be chosen. */
  readonly refusal?: string | undefined
}

const SECTIONS: Readonly<Record<NodeTypeDescriptor['category'], string>> = {
  trigger: 'Triggers',
  flow: 'Flow',
  transform: 'Data',
  network: 'Network',
  data: 'Databases',
  human: 'People',
  other: 'Other',
}

export const typeChoices = (types: Iterable<NodeTypeDescriptor>, triggers: boolean): Choice[] =>
  [...types]
    .filter(({ trigger }) => triggers || !trigger)
    .map((type) => ({
      key: `type:${type.type}`,
      section: SECTIONS[type.category],
      label: type.title,
      detail: type.description,
      icon: type.icon,
      category: type.category,
    }))

export const targetChoices = (
  targets: readonly Target[],
  types: ReadonlyMap<string, NodeTypeDescriptor>,
): Choice[] =>
  targets.map(({ id, name, type, refusal }) => ({
    key: `node:${id}`,
    section: 'Nodes of this workflow',
    label: name,
    detail: refusal ?? types.get(type)?.title ?? type,
    icon: types.get(type)?.icon ?? '',
    category: types.get(type)?.category ?? 'other',
    refusal,
  }))

/** Those that hold every word; the ones whose name begins with the text first, within the order given. */
export const searchChoices = (choices: readonly Choice[], text: string): Choice[] => {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found = choices.filter(({ key, label, detail, section }) => {
    const all = `${key} ${label} ${detail} ${section}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
  const start = text.trim().toLowerCase()
  const rank = ({ label, key }: Choice): number => {
    const name = label.toLowerCase()
    return start === '' || name.startsWith(start) ? 0 : name.includes(start) || key.includes(start) ? 1 : 2
  }
  return found.toSorted((one, other) => rank(one) - rank(other))
}
