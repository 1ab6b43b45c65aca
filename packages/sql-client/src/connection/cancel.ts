import { type Door, openSocket, type Target } from './socket.js'

/** Milliseconds for a server to hear that it should stop. */
const CANCEL_MS = 2_000

/** What names a session to its server. */
export interface SessionKey {
  readonly processId: number
  readonly secret: number
}

/**
 * Asks the server to stop the statement a session is running, over a connection of its own as the protocol has it
 * (section 53.2.9), to the very address the session is connected to. Never throws: the session is given up anyway.
 */
export async function cancelStatement(door: Door, target: Target, key: SessionKey): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MS)
  try {
    const socket = await openSocket(door, target, signal)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => socket.destroy(), { once: true })
      socket
        .once('close', () => resolve())
        .on('error', () => {})
        .resume()
      // The server closes once it has heard. Whoever closes first takes a pgbouncer 1.18 down.
      socket.write(cancelRequest(key))
    })
  } catch {
    // Whether it was heard or not, the connection it ran on is closed next.
  }
}

function cancelRequest({ processId, secret }: SessionKey): Buffer {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80_877_102, 4)
  message.writeInt32BE(processId, 8)
  message.writeInt32BE(secret, 12)
  return message
}
