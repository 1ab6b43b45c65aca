import type { UnfinishedText } from '@millrace/contracts'

/** What has been typed into fields of one form and is no value of them yet; it stays beside the values. */
export type FieldText = Omit<UnfinishedText, 'node'>
export type Texts = readonly FieldText[]

export const textAt = (texts: Texts, pointer: string, as: FieldText['as']): string | undefined =>
  texts.find((each) => each.pointer === pointer && each.as === as)?.text

export const withText = (texts: Texts, text: FieldText): Texts => [
  ...withoutText(texts, text.pointer, text.as),
  text,
]

/** The list itself where it has no such text. */
export const withoutText = (texts: Texts, pointer: string, as: FieldText['as']): Texts =>
  textAt(texts, pointer, as) === undefined
    ? texts
    : texts.filter((each) => each.pointer !== pointer || each.as !== as)

/** Without those of a field that goes, and of all that is in it. */
export const withoutInside = (texts: Texts, pointer: string): Texts =>
  texts.filter((each) => !isWithin(each.pointer, pointer))

/** Those of a field, and of all that is in it, under another pointer. */
export const moveTexts = (texts: Texts, from: string, to: string): Texts =>
  texts.map((each) =>
    isWithin(each.pointer, from) ? { ...each, pointer: to + each.pointer.slice(from.length) } : each,
  )

/** After the item at `index` has gone, those behind it stand one place further up. */
export const withoutItem = (texts: Texts, list: string, index: number, count: number): Texts => {
  let kept = withoutInside(texts, `${list}/${index}`)
  for (let at = index + 1; at < count; at++) kept = moveTexts(kept, `${list}/${at}`, `${list}/${at - 1}`)
  return kept
}

const isWithin = (pointer: string, outer: string): boolean =>
  pointer === outer || pointer.startsWith(`${outer}/`)
