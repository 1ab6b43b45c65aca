import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseParser, type SseMessage } from '../src/index.js'

/** What a stream gives when its bytes arrive in these pieces. */
const parsePieces = (pieces: readonly Uint8Array[]): SseMessage[] => {
  const parser = createSseParser()
  const decoder = new TextDecoder()
  return pieces.flatMap((piece) => parser.push(decoder.decode(piece, { stream: true })))
}
const parse = (text: string): SseMessage[] => parsePieces([Buffer.from(text)])

const cutAt = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])]
  places.sort((a, b) => a - b)
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\0]/g, ''))
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const cuts = fc.array(fc.nat(10_000), { maxLength: 30 })

interface Written {
  readonly text: string
  readonly messages: SseMessage[]
}

/** A stream as a server may write it, and what a reader must get. */
const stream: fc.Arbitrary<Written> = fc
  .array(
    fc.record({
      id: fc.option(line, { nil: undefined }),
      event: line.filter((event) => event !== ''),
      data: fc.array(line, { minLength: 1, maxLength: 3 }),
      comment: fc.option(line, { nil: undefined }),
    }),
    { maxLength: 8 },
  )
  .chain((parts) => lineEnd.map((end) => write(parts, end)))

const write = (
  parts: readonly { id: string | undefined; event: string; data: string[]; comment: string | undefined }[],
  end: string,
): Written => {
  let id: string | undefined
  const messages: SseMessage[] = []
  const lines = parts.flatMap((part) => {
    id = part.id ?? id
    messages.push({ id, event: part.event, data: part.data.join('\n') })
    return [
      ...(part.comment === undefined ? [] : [`:${part.comment}`]),
      ...(part.id === undefined ? [] : [`id: ${part.id}`]),
      `event: ${part.event}`,
      ...part.data.map((data) => `data: ${data}`),
      '',
    ]
  })
  // A comment closes the stream: after it, a lone CR at the end can no longer be half of a CR LF.
  return { text: [...lines, ': end', ''].join(end), messages }
}

describe('the SSE parser', () => {
  it('gives the same messages wherever the bytes are cut', () => {
    fc.assert(
      fc.property(stream, cuts, ({ text, messages }, places) => {
        expect(parsePieces(cutAt(Buffer.from(text), places))).toEqual(messages)
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same messages byte by byte', () => {
    fc.assert(
      fc.property(stream, ({ text, messages }) => {
        const bytes = Buffer.from(text)
        expect(parsePieces(cutAt(bytes, [...bytes.keys()]))).toEqual(messages)
      }),
      { numRuns: 50 },
    )
  })

  it('gives whole messages at once, not at the start of the next one', () => {
    expect(parse('id: 1\nevent: step_started\ndata: {}\n\n')).toEqual([
      { id: '1', event: 'step_started', data: '{}' },
    ])
  })

  it('drops a message that the end cuts off', () => {
    expect(parse('data: a\n\ndata: b\n')).toEqual([{ id: undefined, event: 'message', data: 'a' }])
  })

  it('takes off one space after the colon, and reads a field without one', () => {
    expect(parse('data:a\n\n')[0]?.data).toBe('a')
    expect(parse('data:  a\n\n')[0]?.data).toBe(' a')
    expect(parse('data\n\n')[0]?.data).toBe('')
  })

  it('ignores comments, unknown fields and messages without data', () => {
    expect(parse(': keep-alive\n\nevent: x\n\nfoo: bar\ndata: a\n\n')).toEqual([
      { id: undefined, event: 'message', data: 'a' },
    ])
  })

  it('keeps the last id, but none with a NUL', () => {
    expect(parse('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n').map(({ id }) => id)).toEqual(['1', '1'])
  })

  it('skips a byte order mark', () => {
    expect(parse('\ufeffdata: a\n\n')).toHaveLength(1)
  })

  it('takes the reconnection time from digits alone', () => {
    const parser = createSseParser()
    parser.push('retry: 2500\n\nretry: soon\n\n')
    expect(parser.retryMs).toBe(2_500)
  })
})
