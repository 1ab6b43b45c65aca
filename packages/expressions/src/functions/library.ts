import { Builtin, type Implementation } from '../evaluator/callable.js'
import { Failure } from '../evaluator/failure.js'
import * as dates from './dates/index.js'
import * as encoding from './encoding.js'
import * as lists from './lists.js'
import * as numbers from './numbers.js'
import * as objects from './objects.js'
import * as pictures from './pictures.js'
import * as search from './search.js'
import { parseSignature } from './signature.js'
import * as text from './text.js'

const noEval = (): never => {
  throw new Failure('$eval is switched off')
}

/** The functions of the language by name, and what they take. */
const LIBRARY: Readonly<Record<string, readonly [Implementation, string]>> = {
  sum: [numbers.sum, '<a<n>:n>'],
  count: [numbers.count, '<a:n>'],
  max: [numbers.max, '<a<n>:n>'],
  min: [numbers.min, '<a<n>:n>'],
  average: [numbers.average, '<a<n>:n>'],
  string: [text.string, '<x-b?:s>'],
  substring: [text.substring, '<s-nn?:s>'],
  substringBefore: [text.substringBefore, '<s-s:s>'],
  substringAfter: [text.substringAfter, '<s-s:s>'],
  lowercase: [text.lowercase, '<s-:s>'],
  uppercase: [text.uppercase, '<s-:s>'],
  length: [text.length, '<s-:n>'],
  trim: [text.trim, '<s-:s>'],
  pad: [text.pad, '<s-ns?:s>'],
  match: [search.match, '<s-f<s:o>n?:a<o>>'],
  contains: [search.contains, '<s-(sf):b>'],
  replace: [search.replace, '<s-(sf)(sf)n?:s>'],
  split: [search.split, '<s-(sf)n?:a<s>>'],
  join: [text.join, '<a<s>s?:s>'],
  formatNumber: [pictures.formatNumber, '<n-so?:s>'],
  formatBase: [numbers.formatBase, '<n-n?:s>'],
  formatInteger: [pictures.formatInteger, '<n-s:s>'],
  parseInteger: [pictures.parseInteger, '<s-s:n>'],
  number: [numbers.number, '<(nsb)-:n>'],
  floor: [numbers.floor, '<n-:n>'],
  ceil: [numbers.ceil, '<n-:n>'],
  round: [numbers.round, '<n-n?:n>'],
  abs: [numbers.abs, '<n-:n>'],
  sqrt: [numbers.sqrt, '<n-:n>'],
  power: [numbers.power, '<n-n:n>'],
  random: [numbers.random, '<:n>'],
  boolean: [objects.boolean, '<x-:b>'],
  not: [objects.not, '<x-:b>'],
  map: [lists.map, '<af>'],
  zip: [lists.zip, '<a+>'],
  filter: [lists.filter, '<af>'],
  single: [lists.single, '<af?>'],
  reduce: [lists.reduce, '<afj?:j>'],
  sift: [objects.sift, '<o-f?:o>'],
  keys: [objects.keys, '<x-:a<s>>'],
  lookup: [objects.lookup, '<x-s:x>'],
  append: [lists.append, '<xx:a>'],
  exists: [lists.exists, '<x:b>'],
  spread: [objects.spread, '<x-:a<o>>'],
  merge: [objects.merge, '<a<o>:o>'],
  reverse: [lists.reverse, '<a:a>'],
  each: [objects.each, '<o-f:a>'],
  error: [objects.error, '<s?:x>'],
  assert: [objects.assert, '<bs?:x>'],
  type: [objects.type, '<x:s>'],
  sort: [lists.sort, '<af?:a>'],
  shuffle: [lists.shuffle, '<a:a>'],
  distinct: [lists.distinct, '<x:x>'],
  clone: [objects.clone, '<(oa)-:o>'],
  base64encode: [encoding.base64encode, '<s-:s>'],
  base64decode: [encoding.base64decode, '<s-:s>'],
  encodeUrlComponent: [encoding.encodeUrlComponent, '<s-:s>'],
  encodeUrl: [encoding.encodeUrl, '<s-:s>'],
  decodeUrlComponent: [encoding.decodeUrlComponent, '<s-:s>'],
  decodeUrl: [encoding.decodeUrl, '<s-:s>'],
  now: [dates.now, '<s?s?:s>'],
  millis: [dates.millis, '<:n>'],
  fromMillis: [dates.fromMillis, '<n-s?s?:s>'],
  toMillis: [dates.toMillis, '<s-s?:n>'],
  eval: [noEval, '<sx?:x>'],
}

/** One object a function for the whole process: an evaluation never writes to it. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries(LIBRARY).map(([name, [implementation, signature]]) => [
    name,
    new Builtin(name, implementation, parseSignature(signature)),
  ]),
)
