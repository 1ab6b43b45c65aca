import type { FastifyInstance } from 'fastify'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** The environment variable that sets the port, for the message when it is taken. */
  readonly portVariable?: string
}

/**
 * Listens. A second call on the same app gives the same address.
 * @returns the URL, with the port the system chose when 0 was asked for.
 * @throws Error that says which variable to set when the port is taken.
 */
export const listen = async (app: FastifyInstance, options: ListenOptions): Promise<string> => {
  const { host, port, portVariable = 'PORT' } = options
  const bound = app.addresses()[0]
  if (app.server.listening && typeof bound === 'object') return `http://${host}:${bound.port}`
  try {
    return await app.listen({ host, port })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new Error(`port ${port} is in use: set ${portVariable} to another one`, { cause: error })
    throw error
  }
}
