import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseMultipart } from '../src/webhooks/multipart.js'

const TYPE = 'multipart/form-data; boundary=x'
const head = (rest: string) => `--x\r\nContent-Disposition: form-data; ${rest}\r\n`
const END = '\r\n--x--\r\n'

describe('parseMultipart', () => {
  it('keeps a large file whole, and what follows it', async () => {
    const bytes = Buffer.concat(
      Array.from({ length: 30_000 }, (_, index) => createHash('sha256').update(String(index)).digest()),
    )
    const body = Buffer.concat([
      Buffer.from(`${head('name="f"; filename="big"')}Content-Type: application/zip\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n${head('name="after"')}\r\nhere${END}`),
    ])
    const [file, after] = await parseMultipart(TYPE, body)
    expect(file).toEqual([
      'f',
      { base64: bytes.toString('base64'), contentType: 'application/zip', size: 960_000, fileName: 'big' },
    ])
    expect(after).toEqual(['after', 'here'])
  })

  it('keeps a field that is no text as bytes', async () => {
    const body = Buffer.concat([
      Buffer.from(`${head('name="a"')}\r\n`),
      Buffer.from([0xff, 0]),
      Buffer.from(END),
    ])
    const bytes = { base64: '/wA=', contentType: 'text/plain', size: 2 }
    expect(await parseMultipart(TYPE, body)).toEqual([['a', bytes]])
  })

  it('answers or refuses wherever a body breaks off, and never gives a part of a file for the whole', async () => {
    const body = Buffer.from(`${head('name="a"')}\r\n1\r\n${head('name="f"; filename="f"')}\r\nabcdef${END}`)
    // The line end behind the last boundary may be left out.
    const whole = body.length - '\r\n'.length
    for (let length = 1; length < body.length; length++) {
      const parsed = parseMultipart(TYPE, body.subarray(0, length))
      if (length >= whole) expect(await parsed).toHaveLength(2)
      else await expect(parsed, `after ${length} bytes`).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    }
  })
})
