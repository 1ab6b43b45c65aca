import { listReader, nodeLibrary } from '@millrace/nodes'
import { expect, it } from 'vitest'
import { preview } from './evaluate.js'
import { listPreview } from './list-preview.js'

const scope = {
  steps: {},
  run: {},
  workflow: {},
  vars: { many: [{ a: 1 }, { a: 2 }, { a: 3 }], one: [{ a: 1 }], none: [], no: null },
}

it.each([
  ['vars.many.a', '3 items → a list of 3', 3],
  ['vars.one.a', '1 item → a list of 1', 1],
  ['vars.one', '1 item → a list of 1', 1],
  ['vars.none.a', 'Nothing → an empty list', 0],
  ['vars.none', 'No items → an empty list', 0],
  ['vars.no', 'null → an empty list', 0],
])('%s: %s, as a run takes it', async (source, says, length) => {
  const text = `{{ ${source} }}`
  const shown = await preview(text, 'text', scope)
  expect(listPreview(shown, true)).toBe(says)
  const params = nodeLibrary.get('flow.map')!.params
  const resolved = shown.kind === 'value' ? JSON.parse(shown.text || 'null') : null
  expect(listReader(params, { items: text })?.({ items: resolved })).toHaveProperty('items.length', length)
})

it('says what to expect while there is no data, and nothing of what cannot be evaluated', async () => {
  const all = 'Many items → a list; 1 item → a list of 1; nothing → an empty list'
  expect(listPreview(undefined, false)).toBe(all)
  expect(listPreview(await preview('{{ trigger.a }}', 'text', scope), false)).toBe(all)
  expect(listPreview(await preview('{{ 1 + }}', 'text', scope), true)).toBeUndefined()
})
