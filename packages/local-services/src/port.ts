import { createServer } from 'node:net'

const HOST = '127.0.0.1'

/** Binds for a moment. 0 asks the system for any free port. @returns undefined when the port is taken. */
const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })

/** A port of 127.0.0.1 that is free now: `preferred` if it is, else one the system chooses. */
export const freePort = async (preferred?: number): Promise<number> => {
  const port = (preferred === undefined ? undefined : await tryPort(preferred)) ?? (await tryPort(0))
  if (port === undefined) throw new Error('no free TCP port on 127.0.0.1')
  return port
}
