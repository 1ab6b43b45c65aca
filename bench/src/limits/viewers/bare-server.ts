import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'

/**
 * The floor of streaming, as a process of its own: a Node server that writes what comes on a run's channel to each of
 * its viewers. It checks nothing, keeps nothing, and reads nothing back.
 */
const url = process.env['REDIS_URL']
if (url === undefined) throw new Error('REDIS_URL is not set')
const redis = new Redis(url)
const viewers = new Map<string, Set<ServerResponse>>()

redis.on('message', (channel: string, text: string) => {
  const bytes = Buffer.from(text)
  for (const response of viewers.get(channel) ?? []) response.write(bytes)
})

const server = createServer((request, response) => {
  const channel = `bare:${request.url?.slice(1)}`
  let watching = viewers.get(channel)
  if (watching === undefined) {
    watching = new Set()
    viewers.set(channel, watching)
    void redis.subscribe(channel)
  }
  watching.add(response)
  response.once('close', () => watching.delete(response))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write('retry: 1000\n\n')
})
server.listen(0, '127.0.0.1', 10_000, () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
process.once('SIGTERM', () => process.exit(0))
