import jsonata from 'jsonata'
import { checkTime } from '../budget.js'
import { distinct, sort, spread } from './arrays.js'
import type { Builtin, Definition, Focus } from './builtin.js'
import { checkSearch, join, length, pad, replace, split, substring } from './text.js'
import { shortPicture, toMillis } from './time.js'

/** Functions that none of the guards inside JSONata bounds: each made from the original. */
const GUARDED: Record<string, (original: Builtin) => Builtin> = {
  eval: () => () => {
    throw { code: 'REFUSED', message: '$eval is switched off' }
  },
  pad: () => pad as Builtin,
  length: () => length as Builtin,
  substring,
  substringBefore: searching,
  substringAfter: searching,
  contains: searching,
  split,
  join,
  replace,
  sort,
  distinct,
  spread,
  formatNumber: shortPicture,
  formatInteger: shortPicture,
  parseInteger: shortPicture,
  fromMillis: shortPicture,
  toMillis,
}

/** Functions that are bounded by what they are given, but may themselves be called a million times by another. */
const TIMED =
  'sum count max min average string lowercase uppercase trim match formatBase number floor ceil round abs sqrt ' +
  'power random boolean not map zip filter single reduce sift keys lookup append exists merge reverse each error ' +
  'assert type shuffle base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl clone'

function searching(original: Builtin): Builtin {
  return function (text, token) {
    checkSearch(text, token)
    return original.apply(this, [text, token])
  }
}

/**
 * Puts the guards into JSONata's own definitions, once for the process: registering sixty functions for every
 * expression took longer than compiling it.
 */
export async function installGuards(): Promise<void> {
  for (const name of [...Object.keys(GUARDED), ...TIMED.split(' ')]) {
    const definition = (await jsonata(`$${name}`).evaluate({})) as Definition
    const original = definition.implementation
    definition.implementation = timed(original, GUARDED[name]?.(original) ?? original)
  }
}

/** Looks at the clock first. Partial application reads parameters off the source, and folding counts them. */
function timed(original: Builtin, guarded: Builtin): Builtin {
  const implementation = function (this: Focus, ...args: unknown[]): unknown {
    checkTime()
    return guarded.apply(this, args)
  }
  Object.defineProperty(implementation, 'length', { value: original.length })
  implementation.toString = () => original.toString()
  return implementation
}
