import { readNumber } from '@millrace/contracts'

const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i

/** The number that a text is, integers with all their digits; undefined while it is none. */
export const readNumberText = (text: string): number | bigint | undefined => {
  const trimmed = text.trim()
  return NUMBER.test(trimmed) ? readNumber(trimmed.replace(/^(-?)\./, '$10.')) : undefined
}
