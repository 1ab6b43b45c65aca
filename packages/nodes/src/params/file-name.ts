/** `filename=` with its value, quoted or not. RFC 6266, section 4.1. */
const FILE_NAME = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i
const NOT_ASCII = /[^\x20-\x7e]/gu
/** All but `attr-char` of RFC 8187, section 3.2.1, among what encodeURIComponent leaves. */
const LEFT_BY_URI = /[!'()*]/g

/**
 * A `Content-Disposition` whose file name is written as RFC 8187 says where ASCII is not enough:
 * `filename="Zoë.pdf"` becomes `filename="Zo_.pdf"; filename*=UTF-8''Zo%C3%AB.pdf`.
 */
export const asciiFileName = (value: string): string =>
  value.replace(FILE_NAME, (whole, quoted: string | undefined, bare: string | undefined) => {
    const name = (quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '').trim().replace(/\p{Surrogate}/gu, '\ufffd')
    if (name.search(NOT_ASCII) < 0) return whole
    const plain = name.replace(NOT_ASCII, '_').replace(/["\\]/g, '\\$&')
    const extended = value.toLowerCase().includes('filename*')
      ? ''
      : `; filename*=UTF-8''${percentEncoded(name)}`
    return `; filename="${plain}"${extended}`
  })

const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(LEFT_BY_URI, (char) =>
    char === '!' ? char : `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
