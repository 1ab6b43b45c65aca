import { z } from 'zod'

/**
 * What somebody has typed into a field and that is no value of it yet. It is kept in a draft's `ui.texts`, so that it is
 * neither lost nor taken for the value; while it is there, the draft cannot be published.
 */
export const unfinishedText = z.object({
  /** Id of the node; left out for fields of the workflow itself. */
  node: z.string().optional(),
  /** RFC 6901, from the node, or from the definition. */
  pointer: z.string(),
  /** What the field is called. */
  title: z.string(),
  /** What it was meant to be; `name`: of the member at the pointer. */
  as: z.enum(['json', 'number', 'name']),
  text: z.string(),
})
export type UnfinishedText = z.infer<typeof unfinishedText>

const list = z.array(z.unknown())

/** Those of a definition's `ui`, whatever that holds. */
export const unfinishedTextsOf = (ui: unknown): UnfinishedText[] => {
  const texts = typeof ui === 'object' && ui !== null && 'texts' in ui ? ui.texts : undefined
  return (list.safeParse(texts).data ?? []).flatMap((each) => unfinishedText.safeParse(each).data ?? [])
}
