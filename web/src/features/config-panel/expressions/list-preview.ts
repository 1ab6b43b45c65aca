import type { Preview } from './evaluate.js'

/**
 * What a field that wants a list makes of an expression's value: JSONata gives the item itself for one item, and nothing
 * for none, and a run takes these as lists (docs/WORKFLOWS.md, Lists).
 */
export const listPreview = (preview: Preview | undefined, hasSample: boolean): string | undefined => {
  if (preview?.kind === 'error') return undefined
  if (preview === undefined || (preview.kind === 'nothing' && !hasSample))
    return 'Many items → a list; 1 item → a list of 1; nothing → an empty list'
  if (preview.kind === 'nothing') return 'Nothing → an empty list'
  if (preview.type === 'null') return 'null → an empty list'
  const [, count] = /^list of (\d+)$/.exec(preview.type) ?? []
  if (count === undefined) return '1 item → a list of 1'
  return count === '0'
    ? 'No items → an empty list'
    : `${count} ${count === '1' ? 'item' : 'items'} → a list of ${count}`
}
