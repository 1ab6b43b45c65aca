import { type TidyRequest, tidy } from './tidy.js'

addEventListener('message', ({ data }: MessageEvent<TidyRequest>) => postMessage(tidy(data)))
