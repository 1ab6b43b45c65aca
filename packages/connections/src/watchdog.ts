import { Worker } from 'node:worker_threads'

/** Over the time that a stop may take by its own account. Milliseconds. */
const MARGIN_MS = 2_000

/**
 * Ends this process when it has been told to stop and its event loop stands still, so that it does not hear of it: in
 * `withinMs` and 2 s, with one line on stderr. A loop that turns stops by itself, and ends the process before that.
 *
 * The watch is kept by a thread, which hears signals of its own. It costs no time of the loop, and does not keep the process.
 * Resolves once it is kept, or cannot be.
 */
export const watchStop = async (name: string, withinMs: number): Promise<void> => {
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), {
    workerData: { name, afterMs: withinMs + MARGIN_MS },
    // It holds next to nothing.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  })
  await new Promise<void>((resolve) => {
    thread.once('message', () => resolve())
    // Without it a process stops as well, as long as its loop turns.
    thread.on('error', () => resolve())
    thread.once('exit', () => resolve())
  })
  thread.unref()
}
