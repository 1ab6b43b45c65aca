import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const exists = (command: string): boolean =>
  command.startsWith('/')
    ? existsSync(command)
    : (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${command}`))

/**
 * Whether the machine has the command; where we are root on a Debian, its package is installed first. Where not, one line
 * says what is left out and how it would be played.
 */
export const hasCommand = (command: string, debianPackage: string): boolean => {
  if (exists(command)) return true
  if (process.getuid?.() === 0 && exists('apt-get')) {
    console.log(`Installing ${debianPackage} with apt-get`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], { env })
  }
  if (exists(command)) return true
  console.log(`Left out: ${command} is not installed (Debian: apt-get install ${debianPackage})`)
  return false
}
