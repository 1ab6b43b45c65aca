import { Busboy } from '@fastify/busboy'
import { type Json, MillraceError } from '@millrace/contracts'
import { bytesValue, readContent } from '@millrace/nodes'

/** More is no form; each part costs an object. */
const MAX_PARTS = 1_000

/** A field as it came: its name, and a text or a file. */
export type MultipartField = readonly [name: string, value: Json]

interface Part {
  readonly name: string | undefined
  /** Undefined for what is no file. */
  readonly fileName: string | undefined
  readonly contentType: string
  readonly chunks: Uint8Array[]
}

/**
 * The fields of a `multipart/form-data` body, in order (RFC 7578): text where a part names no file and is text, else
 * `{ base64, contentType, size, fileName? }`; null for a file that was not chosen. `body` is within the limit for bodies,
 * and so is what comes out. @throws INVALID_REQUEST
 */
export const parseMultipart = async (contentType: string, body: Uint8Array): Promise<MultipartField[]> =>
  (await readParts(contentType, body)).map(({ name, fileName, contentType: type, chunks }) => {
    if (name === undefined) throw broken('a part has no name')
    const bytes = Buffer.concat(chunks)
    if (fileName === '' && bytes.length === 0) return [name, null]
    if (fileName !== undefined) return [name, { ...bytesValue(bytes, type), fileName }]
    const content = readContent(bytes, type)
    return [name, 'text' in content ? content.text : { ...content.bytes }]
  })

const readParts = (contentType: string, body: Uint8Array): Promise<Part[]> =>
  new Promise((resolve, reject) => {
    const parts: Part[] = []
    const fail = (why: unknown) => reject(broken(why instanceof Error ? why.message : String(why)))
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: MAX_PARTS },
        // As bytes, all of them: whether they are text is seen from them, and nothing is replaced.
        isPartAFile: () => true,
      })
      parser.on('file', (name: string | undefined, file, fileName: string | undefined, _encoding, type) => {
        const part = { name, fileName, contentType: type, chunks: [] as Uint8Array[] }
        parts.push(part)
        file.on('data', (chunk: Uint8Array) => part.chunks.push(chunk)).on('error', fail)
      })
      parser.on('partsLimit', () => fail(`it has more than ${MAX_PARTS} parts`))
      parser.on('error', fail).on('finish', () => resolve(parts))
      parser.end(body)
    } catch (error) {
      fail(error)
    }
  })

const broken = (why: string): MillraceError =>
  new MillraceError('INVALID_REQUEST', `The body cannot be read as multipart/form-data: ${why}`)
