export type { Resolve } from './address-guard.js'
export { createHttpClient, type HttpClientOptions, resolveAllowed } from './client.js'
export { ContentCodingError, decodeContent } from './content-coding.js'
export * from './types.js'
