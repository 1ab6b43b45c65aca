import { Socket } from 'node:net'

/**
 * The sockets of one pg pool. A pool that is ended waits for its server to say goodbye, for ever if the server is
 * gone without a word; destroying the sockets ends it.
 */
export class Sockets {
  readonly #open = new Set<Socket>()

  /** For pg's `stream` option. */
  readonly create = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
