import { createHash } from 'node:crypto'
import { type Json, stringifyJson } from '@millrace/contracts'
import { givenBytes } from './bytes.js'
import { MULTIPART_TYPE } from './media-type.js'

/**
 * `multipart/form-data` (RFC 7578): one part a field, a list as several of one name, null as none. Bytes become a file,
 * other objects JSON. The boundary follows from the content, so that another try sends the same bytes.
 */
export const writeMultipart = (
  fields: { readonly [name: string]: Json },
  boundary: string | undefined,
): { content: Buffer; contentType: string } => {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== null)
      .map((item) => partOf(name, item)),
  )
  const mark = boundary ?? boundaryFor(parts)
  const content = Buffer.concat([
    ...parts.flatMap(({ head, body }) => [Buffer.from(`--${mark}\r\n${head}\r\n\r\n`), body, LINE_END]),
    Buffer.from(`--${mark}--\r\n`),
  ])
  return { content, contentType: `${MULTIPART_TYPE}; boundary=${mark}` }
}

interface Part {
  readonly head: string
  readonly body: Buffer
}

const LINE_END = Buffer.from('\r\n')

const partOf = (name: string, value: Json): Part => {
  const file = givenBytes(value)
  if (file !== undefined)
    return {
      head: `${disposition(name, file.fileName ?? name)}\r\nContent-Type: ${oneLine(file.contentType ?? 'application/octet-stream')}`,
      body: file.bytes,
    }
  if (value !== null && typeof value === 'object')
    return {
      head: `${disposition(name)}\r\nContent-Type: application/json`,
      body: Buffer.from(stringifyJson(value)),
    }
  return { head: disposition(name), body: Buffer.from(String(value)) }
}

/** Names as browsers write them: UTF-8, with what would end the quotes or the line escaped. WHATWG HTML, 4.10.21.8. */
const disposition = (name: string, fileName?: string): string =>
  `Content-Disposition: form-data; name="${quoted(name)}"${fileName === undefined ? '' : `; filename="${quoted(fileName)}"`}`

const quoted = (text: string): string =>
  text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ')

const boundaryFor = (parts: readonly Part[]): string => {
  const hash = createHash('sha256')
  for (const { head, body } of parts) hash.update(head).update('\0').update(body).update('\0')
  return `millrace-${hash.digest('hex').slice(0, 32)}`
}

const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i

/** The boundary that a content type names; undefined for none, or one that may not be (RFC 2046, section 5.1.1). */
export const boundaryIn = (contentType: string): string | undefined => {
  const found = BOUNDARY.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]
  return boundary !== undefined && /^[\w'()+,./:=?-]{1,70}$/.test(boundary) ? boundary : undefined
}
