import { spawnSync } from 'node:child_process'

const works = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0
const hasRedis = (): boolean => works('redis-server', ['--version'])

/**
 * The command that starts Redis. Where the machine has none and we are root on a Debian, installs it.
 * @throws Error saying what to do.
 */
export const findRedis = (onLog: (line: string) => void): string => {
  if (hasRedis()) return 'redis-server'
  if (process.getuid?.() === 0 && works('apt-get', ['--version'])) {
    onLog('Installing redis-server with apt-get (once, about 20 s)')
    installWithApt()
    if (hasRedis()) return 'redis-server'
  }
  throw new Error(
    'redis-server was not found. Install it (Debian: `apt-get install redis-server`, macOS: `brew install redis`) ' +
      'or set REDIS_URL to a running Redis 7 or newer.',
  )
}

const installWithApt = (): void => {
  // Without a policy the package would start a Redis of its own on 6379.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  spawnSync('apt-get', ['update', '-qq'], { env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env })
}
