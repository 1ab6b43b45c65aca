/** What a `Content-Type` says (RFC 9110, section 8.3): the type in lower case without parameters, and its charset. */
export interface MediaType {
  /** Empty when none is given. */
  readonly type: string
  readonly charset: string | undefined
}

const CHARSET = /;\s*charset\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;,"]+))/i

export const parseMediaType = (contentType: string | undefined): MediaType => {
  const found = CHARSET.exec(contentType ?? '')
  return {
    type: (contentType ?? '').split(/[;,]/, 1)[0]?.trim().toLowerCase() ?? '',
    charset: found?.[1] ?? found?.[2] ?? found?.[3],
  }
}

/** `application/json` and the `+json` suffix of RFC 6839. */
export const isJsonType = (type: string): boolean => /[/+]json$/.test(type)

export const FORM_TYPE = 'application/x-www-form-urlencoded'
export const MULTIPART_TYPE = 'multipart/form-data'

/** Types whose content is text whatever its charset. */
export const isTextType = (type: string): boolean =>
  type.startsWith('text/') || type === FORM_TYPE || /[/+](json|xml|javascript|yaml|x-ndjson)$/.test(type)

const BINARY =
  /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip|gzip|zstd|msword|wasm|x-(tar|bzip2?|7z-compressed|rar-compressed)|vnd\.(ms-|openxmlformats|oasis))/

/** Types whose content is not text: servers that give every answer a charset label these, too. */
export const isBinaryType = (type: string): boolean => BINARY.test(type) && !isTextType(type)
