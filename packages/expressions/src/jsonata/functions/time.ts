import { limitError } from '../budget.js'
import type { Builtin } from './builtin.js'

const PICTURE_CHARACTERS = 200
const TIMESTAMP_CHARACTERS = 100
/** Parts of a picture whose end only backtracking finds. */
const OPEN_PARTS = 4

/** Pictures are parsed in loops that nothing bounds but their length. */
export function shortPicture(original: Builtin): Builtin {
  return function (value, picture, ...rest) {
    checkPicture(picture)
    return original.apply(this, [value, picture, ...rest])
  }
}

/** Makes a regular expression of the picture, of the kind that backtracks. */
export function toMillis(original: Builtin): Builtin {
  return function (timestamp, picture) {
    checkPicture(picture)
    if (typeof timestamp === 'string' && timestamp.length > TIMESTAMP_CHARACTERS)
      throw limitError(`a timestamp of ${timestamp.length} characters`)
    if (typeof picture === 'string' && countOpenParts(picture) > OPEN_PARTS)
      throw limitError(`a picture with more than ${OPEN_PARTS} parts of open width`)
    return original.apply(this, [timestamp, picture])
  }
}

function checkPicture(picture: unknown): void {
  if (typeof picture === 'string' && picture.length > PICTURE_CHARACTERS)
    throw limitError(`a picture of ${picture.length} characters`)
}

/** Words (`[MNn]`, `[Dw]`), and numbers with a digit right behind them. */
function countOpenParts(picture: string): number {
  let open = 0
  for (const [, marker = '', next = ''] of picture.matchAll(/\[([^\]]*)\](\d?)/g)) {
    if (next !== '' || /[nw]/i.test(marker.slice(1))) open++
  }
  return open
}
