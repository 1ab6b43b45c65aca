import { parseJson, stringifyJson } from '@millrace/contracts'
import { MAX_INLINE_BYTES, type RunAnswer, type RunFeedPayload } from './port.js'

/**
 * The payload of `runTopic` for events that became durable together, in order; `lastSeq` is the last one's.
 * Events, and the answer beside them, go along while the whole payload has at most `MAX_INLINE_BYTES` bytes of UTF-8;
 * readers fetch larger ones.
 */
export function encodeRunFeed(events: readonly unknown[], lastSeq: number, answer?: RunAnswer): string {
  const candidates: RunFeedPayload[] = [
    ...(answer === undefined ? [] : [{ lastSeq, events, answer }]),
    { lastSeq, events },
  ]
  for (const candidate of candidates) {
    const inline = stringifyJson(candidate)
    if (Buffer.byteLength(inline) <= MAX_INLINE_BYTES) return inline
  }
  return stringifyJson({ lastSeq } satisfies RunFeedPayload)
}

/** @throws TypeError or SyntaxError when `payload` is not one of `encodeRunFeed`. */
export function decodeRunFeed(payload: string): RunFeedPayload {
  const value: unknown = parseJson(payload)
  if (
    typeof value === 'object' &&
    value !== null &&
    'lastSeq' in value &&
    typeof value.lastSeq === 'number'
  ) {
    const { lastSeq } = value
    if (!('events' in value)) return { lastSeq }
    if (Array.isArray(value.events)) {
      const { events } = value
      return 'answer' in value && isAnswer(value.answer)
        ? { lastSeq, events, answer: value.answer }
        : { lastSeq, events }
    }
  }
  throw new TypeError('not a run feed payload')
}

const isAnswer = (value: unknown): value is RunAnswer => typeof value === 'object' && value !== null
