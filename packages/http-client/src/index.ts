export { createHttpClient, type HttpClientOptions } from './client.js'
export { ContentCodingError, decodeContent } from './content-coding.js'
export * from './types.js'
