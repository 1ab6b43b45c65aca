import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Without a sandbox, since tests may run as root; and without anything a browser does of its own accord. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The path of a Chromium: CHROMIUM_PATH, or one on PATH. Where the machine has none and we are root on a Debian,
 * installs its package, so only who needs a browser waits for one.
 * @throws Error saying what to do.
 */
export const findChromium = (onLog: (line: string) => void): string => {
  const chosen = process.env['CHROMIUM_PATH']
  if (chosen !== undefined) {
    if (existsSync(chosen)) return chosen
    throw new Error(`CHROMIUM_PATH names ${chosen}, and there is no such file.`)
  }
  const found = findOnPath()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && works('apt-get', ['--version'])) {
    onLog('Installing chromium with apt-get (once, about a minute)')
    installWithApt()
    const installed = findOnPath()
    if (installed !== undefined) return installed
  }
  throw new Error(
    'Chromium was not found. Install it (Debian: `apt-get install chromium`, macOS: `brew install --cask chromium`) ' +
      'or set CHROMIUM_PATH to a Chromium or Chrome.',
  )
}

const findOnPath = (): string | undefined => {
  for (const folder of (process.env['PATH'] ?? '').split(':'))
    for (const name of NAMES) if (folder !== '' && existsSync(`${folder}/${name}`)) return `${folder}/${name}`
  return undefined
}

const works = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0

const installWithApt = (): void => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env })
}
