import { loadConfig } from '@millrace/config'
import { boundStop, startFaultOf, stopWithin, watchStop } from '@millrace/connections'
import { createLogger } from '@millrace/telemetry'
import { startPlatform } from './platform.js'
import { runShowcase } from './showcase/showcase.js'

/**
 * `main.js` serves; `--showcase` first seeds the examples and plays one; `--demo` plays one and ends.
 * Exit codes: 0 fine, 1 the demo's run did not complete, or it could not start; 2 a demo or showcase could not start.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const mode = process.argv.includes('--demo')
  ? 'demo'
  : process.argv.includes('--showcase')
    ? 'showcase'
    : 'serve'

async function main(): Promise<number> {
  const env = mode === 'demo' ? { PORT: '0', ...process.env } : process.env
  const config = loadConfig({ LOG_LEVEL: mode === 'serve' ? 'info' : 'warn', ...env })
  const log = createLogger('millrace', config.logLevel)
  const stopped = new Promise<string>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  const watched = watchStop('millrace', stopWithin(config.worker.drainMs))
  const platform = await startPlatform(config, log, say)
  await watched
  try {
    if (mode !== 'serve') {
      const outcome = await runShowcase(platform, say)
      if (mode === 'demo') return outcome === 'completed' ? 0 : 1
    }
    say('')
    say(`Millrace is running at ${platform.url}`)
    say(`  API      ${platform.url}/api/docs`)
    say(`  Sign in  ${platform.owner.email}, password in ${platform.owner.file}`)
    say('  Stop     Ctrl-C')
    const reason = await stopped
    log.info({ reason, withinMs: stopWithin(config.worker.drainMs) }, `${reason}: stopping`)
    say('\nStopping: handing back runs, closing the database …')
    return 0
  } finally {
    boundStop(log, config.worker.drainMs)
    await platform.stop()
    log.info({}, 'stopped')
  }
}

/** One line that says what to change: JSON for whoever collects logs, plain where a person looks on. */
function couldNotStart(error: unknown): number {
  const sentence = `Millrace could not start: ${startFaultOf(error)}`
  if (mode !== 'serve') {
    process.stderr.write(`${sentence}\n`)
    return 2
  }
  createLogger('millrace', 'info').fatal(sentence)
  return 1
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(couldNotStart(error)),
)
