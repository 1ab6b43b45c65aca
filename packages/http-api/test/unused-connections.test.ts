import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { listen } from '../src/index.js'
import { testApp } from './app-for-test.js'

it.each([
  ['nothing', ''],
  ['half a request', 'GET / HTTP/1.1\r\nhost: x'],
])('a connection that has sent %s does not keep the app from closing', async (_what, bytes) => {
  const app = testApp()
  const url = new URL(await listen(app, { host: '127.0.0.1', port: 0 }))
  const accepted = once(app.server, 'connection')
  const socket = connect(Number(url.port), url.hostname).on('error', () => {})
  socket.write(bytes)
  await accepted
  const gone = once(socket, 'close')
  await app.close()
  await gone
  expect(socket.destroyed).toBe(true)
})
