import { ConfigError, loadConfig } from '@millrace/config'
import { createLogger } from '@millrace/telemetry'
import { startPlatform } from './platform.js'
import { runShowcase } from './showcase/showcase.js'

/**
 * `main.js` serves; `--showcase` first seeds the examples and plays one; `--demo` plays one and ends.
 * Exit codes: 0 fine, 1 the demo's run did not complete, 2 it could not start.
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
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  const platform = await startPlatform(config, log, say)
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
    await stopped
    say('\nStopping: handing back runs, closing the database …')
    return 0
  } finally {
    await platform.stop()
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof ConfigError || (error instanceof Error && /in use/.test(error.message))
    process.stderr.write(
      `Millrace could not start: ${known ? error.message : ((error as Error).stack ?? String(error))}\n`,
    )
    process.exit(2)
  },
)
