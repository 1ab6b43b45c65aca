import { nodeId } from '@millrace/contracts'

interface Taken {
  has(id: string): boolean
}

/** `wanted` itself, or with the first free number behind it: fetch, fetch2, fetch3 … */
export const freshId = (wanted: string, taken: Taken): string => {
  if (!taken.has(wanted)) return wanted
  const stem = wanted.replace(/\d+$/, '').slice(0, 58) || 'node'
  let number = 2
  while (taken.has(`${stem}${number}`)) number++
  return `${stem}${number}`
}

/** The id a new node of a type begins with: `http.request` gives `request`. Always one that expressions can read. */
export const idForType = (type: string, taken: Taken): string => {
  const word = (type.split('.').at(-1) ?? '').replaceAll(/[^A-Za-z0-9_]/g, '_')
  return freshId(nodeId.safeParse(word).success ? word : 'node', taken)
}
