import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { EXIT } from './exit-code.js'

/** Asks on the terminal of this process; a hidden answer is not echoed. */
export const askOnTerminal = async (question: string, { hidden }: { hidden: boolean }): Promise<string> => {
  // Readline echoes through its output: one that drops everything hides what is typed.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: true,
  })
  // In raw mode Ctrl-C reaches readline alone.
  lines.once('SIGINT', () => process.exit(EXIT.interrupted))
  if (hidden) process.stderr.write(question)
  try {
    return await lines.question(hidden ? '' : question)
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}
