import { endOfString, pointerTo } from './text.js'

/** An object or a list that is open at some place of a text. */
interface Open {
  /** Of an object: the keys so far. */
  readonly keys: Set<string> | undefined
  /** The member or element that the place is in. */
  at: string | number
  /** Of an object: the next string is a key. */
  expectsKey: boolean
}

/**
 * JSON pointers of the keys that an object holds more than once, each as often as it stands there again. JSON.parse keeps
 * the last of them without a word (RFC 8259, section 4: what happens is up to the reader). `text` must be valid JSON.
 */
export function repeatedKeys(text: string): string[] {
  const found: string[] = []
  const open: Open[] = []
  let place = 0
  while (place < text.length) {
    const inner = open.at(-1)
    const character = text[place]
    if (character === '"') {
      const end = endOfString(text, place)
      if (inner?.keys !== undefined && inner.expectsKey) noteKey(text.slice(place, end), inner, open, found)
      place = end
      continue
    }
    if (character === '{') open.push({ keys: new Set(), at: '', expectsKey: true })
    else if (character === '[') open.push({ keys: undefined, at: 0, expectsKey: false })
    else if (character === '}' || character === ']') open.pop()
    else if (character === ',' && inner !== undefined) goOn(inner)
    place += 1
  }
  return found
}

function noteKey(quoted: string, inner: Open, open: readonly Open[], found: string[]): void {
  const key = String(JSON.parse(quoted))
  inner.at = key
  inner.expectsKey = false
  if (inner.keys?.has(key)) found.push(open.map(({ at }) => pointerTo(at)).join(''))
  inner.keys?.add(key)
}

function goOn(inner: Open): void {
  inner.expectsKey = inner.keys !== undefined
  if (typeof inner.at === 'number') inner.at += 1
}
