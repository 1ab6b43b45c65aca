import { spendText } from '../evaluator/budget.js'
import { Failure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { nameValue } from '../evaluator/wording.js'

type Text = string | undefined

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Base64 (RFC 4648) of the text in UTF-8. */
export function base64encode(_: Run, text: Text): Text {
  if (text === undefined) return undefined
  spendText(text.length)
  if (LONE_SURROGATE.test(text))
    throw new Failure('$base64encode cannot take half a surrogate pair: it is no UTF-8')
  return btoa(binaryOf(new TextEncoder().encode(text)))
}

/** `btoa` reads a character a byte. In pieces: a call takes some ten thousand arguments. */
function binaryOf(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 8_192)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)))
  return pieces.join('')
}

/** The text whose UTF-8 this is: bytes that are no text are refused, since they would come out as others. */
export function base64decode(_: Run, text: Text): Text {
  if (text === undefined) return undefined
  spendText(text.length)
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
      each.charCodeAt(0),
    )
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Failure(`$base64decode needs base64 of UTF-8 text, and not ${nameValue(text)}`)
  }
}

const coding =
  (name: string, work: (text: string) => string) =>
  (_: Run, text: Text): Text => {
    if (text === undefined) return undefined
    spendText(text.length)
    try {
      return work(text)
    } catch {
      throw new Failure(`$${name} cannot take ${nameValue(text)}`)
    }
  }

export const encodeUrl = coding('encodeUrl', encodeURI)
export const encodeUrlComponent = coding('encodeUrlComponent', encodeURIComponent)
export const decodeUrl = coding('decodeUrl', decodeURI)
export const decodeUrlComponent = coding('decodeUrlComponent', decodeURIComponent)
