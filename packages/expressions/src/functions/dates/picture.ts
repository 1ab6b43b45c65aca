import { spend } from '../../evaluator/budget.js'
import { Failure, limitFailure } from '../../evaluator/failure.js'

/** What stands in a picture (w3.org/TR/xpath-functions-31, 9.8.4): text as it is, and components in brackets. */
export type Part = { readonly literal: string } | Component

export interface Component {
  readonly letter: string
  /** `1`, `01`, `N`, `Nn`, `w`, `I` …: how it is written. */
  readonly presentation: string
  /** `t` or `o` behind the presentation. */
  readonly modifier: string
  readonly width: { readonly min: number | undefined; readonly max: number | undefined }
  /** Digits of the presentation; 0 where it has none. */
  readonly digits: number
}

const PICTURE_CHARACTERS = 200
/** What reading a picture and working by it costs. */
const PICTURE_STEPS = 200

const DEFAULTS: Readonly<Record<string, string>> = {
  Y: '1',
  M: '1',
  D: '1',
  d: '1',
  F: 'n',
  W: '1',
  w: '1',
  X: '1',
  x: '1',
  H: '1',
  h: '1',
  P: 'n',
  m: '01',
  s: '01',
  f: '1',
  Z: '01:01',
  z: '01:01',
  C: 'n',
  E: 'n',
}

/** Throws a Failure for a picture that is broken, or says what is not supported. */
export function parsePicture(picture: string): Part[] {
  spend(PICTURE_STEPS)
  if (picture.length > PICTURE_CHARACTERS) throw limitFailure(`a picture of ${picture.length} characters`)
  const parts: Part[] = []
  for (const [token] of picture.matchAll(/\[\[|\]\]|\[[^[\]]*\]|[^[\]]+|./gsu)) {
    if (token === '[[' || token === ']]') parts.push({ literal: token[0]! })
    else if (token === '[' || token === ']')
      throw new Failure(
        `the picture ${JSON.stringify(picture)} has a ${token} without its ${token === '[' ? ']' : '['}: write ${token}${token} for the character itself`,
      )
    else
      parts.push(
        token.startsWith('[') ? parseComponent(token.slice(1, -1).replace(/\s+/g, '')) : { literal: token },
      )
  }
  return parts
}

function parseComponent(marker: string): Component {
  const letter = marker.charAt(0)
  const byDefault = DEFAULTS[letter]
  if (byDefault === undefined)
    throw new Failure(
      `[${marker}] in a picture stands for nothing: a part of a date begins with one of ${Object.keys(DEFAULTS).join(' ')}`,
    )
  const comma = marker.lastIndexOf(',')
  const written = marker.slice(1, comma < 0 ? undefined : comma)
  const modifier = written.length > 1 && 'atco'.includes(written.at(-1)!) ? written.at(-1)! : ''
  const presentation = (modifier === '' ? written : written.slice(0, -1)) || byDefault
  return {
    letter,
    presentation,
    modifier,
    width: comma < 0 ? { min: undefined, max: undefined } : parseWidth(marker, marker.slice(comma + 1)),
    digits: presentation.match(/\p{Nd}/gu)?.length ?? 0,
  }
}

function parseWidth(marker: string, text: string): Component['width'] {
  const [, min, max = '*'] = /^(\*|\d{1,2})(?:-(\*|\d{1,2}))?$/.exec(text) ?? []
  if (min === undefined)
    throw new Failure(
      `[${marker}] in a picture: what stands behind the comma must be a width, such as 2, 2-4 or *-3`,
    )
  const numberOf = (each: string): number | undefined => (each === '*' ? undefined : Number(each))
  return { min: numberOf(min), max: numberOf(max) }
}

export const isName = ({ presentation }: Component): boolean => /^[nN]/.test(presentation)
