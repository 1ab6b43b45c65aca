import type { GraphSource } from './graph-types.js'
import type { Point } from './layout.js'
import { cardSize, type Size } from './sizes.js'
import type { TidyAnswer, TidyRequest } from './tidy.js'

/** Lays a graph out in a worker of its own: the page stays responsive however large it is. */
export const runTidy = (request: TidyRequest): Promise<ReadonlyMap<string, Point>> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./tidy.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<TidyAnswer>) => {
      worker.terminate()
      resolve(new Map(data.map(({ id, x, y }) => [id, { x, y }])))
    })
    worker.addEventListener('error', (event) => {
      worker.terminate()
      reject(new Error(event.message))
    })
    worker.postMessage(request)
  })

/** Sizes as drawn. Containers are laid out with their bodies where these are among the nodes. */
export const tidyRequest = (source: GraphSource, sizes: ReadonlyMap<string, Size>): TidyRequest => ({
  nodes: source.nodes.map(({ id }) => ({
    id,
    container: source.containers.get(id),
    folded: source.layout.folded.has(id),
    ...(sizes.get(id) ?? cardSize('normal', 1)),
  })),
  edges: source.edges.map(({ from, to }) => ({ from, to })),
})
