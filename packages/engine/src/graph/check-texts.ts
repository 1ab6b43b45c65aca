import {
  type DefinitionProblem,
  readWrittenJson,
  type UnfinishedText,
  unfinishedTextsOf,
} from '@millrace/contracts'
import { problem } from './problem.js'
import type { Shape } from './read-shape.js'

/** Texts that are no values of their fields yet: until they are, what runs would not be what the author sees. */
export function checkTexts(input: unknown, { nodes }: Shape): DefinitionProblem[] {
  const texts = unfinishedTextsOf(
    typeof input === 'object' && input !== null && 'ui' in input ? input.ui : null,
  )
  if (texts.length === 0) return []
  const places = new Map(nodes.map(({ at, node }) => [node.id, at]))
  return texts.flatMap((text) => {
    const at = text.node === undefined ? '' : places.get(text.node)
    return at === undefined ? [] : [unfinished(at + text.pointer, text)]
  })
}

/** What else is said of the value there is about one that the author no longer sees. */
export const withoutHidden = (
  problems: readonly DefinitionProblem[],
  texts: readonly DefinitionProblem[],
): readonly DefinitionProblem[] => {
  if (texts.length === 0) return problems
  const hidden = new Set(texts.map(({ pointer }) => pointer))
  return problems.filter(({ pointer, code }) => !(HIDDEN.has(code) && hidden.has(pointer)))
}
const HIDDEN: ReadonlySet<string> = new Set(['INVALID_PARAM', 'INVALID_SHAPE'])

function unfinished(pointer: string, { as, title, text }: UnfinishedText): DefinitionProblem {
  switch (as) {
    case 'json':
      return problem(
        pointer,
        'UNFINISHED_TEXT',
        jsonMessage(title, text),
        'Correct the text, or clear the field.',
      )
    case 'number': {
      const message = `${title} is not a number: ${shorten(text)}`
      return problem(pointer, 'UNFINISHED_TEXT', message, 'Enter a number such as 10, or clear the field.')
    }
    case 'name': {
      const message = `Two rows have the name ${shorten(text)}`
      return problem(pointer, 'UNFINISHED_TEXT', message, 'Give each row a name of its own.')
    }
  }
}

function jsonMessage(title: string, text: string): string {
  const read = readWrittenJson(text)
  if (read.ok) return `${title} holds a text that is not saved yet`
  const { at, message } = read
  // Only a word that is capitalized for the beginning of its sentence: JSON stays JSON.
  const reason = message.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
  return at === undefined
    ? `${title} is not accepted: ${reason}`
    : `${title} is not JSON at line ${at.line}, column ${at.column}: ${reason}`
}

const shorten = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
