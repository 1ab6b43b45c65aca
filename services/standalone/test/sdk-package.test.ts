import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTempFolder, freePort, type NodeProcess, spawnNode, type TempFolder } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** The SDK as others get it: packed, installed into an empty folder, and used there as docs/SDK.md says. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SERVER = join(ROOT, 'services/standalone/dist/main.js')
const PATIENCE = 60_000
const exec = promisify(execFile)

let home: TempFolder
let server: NodeProcess
let env: Record<string, string | undefined>

beforeAll(async () => {
  home = createTempFolder()
  const port = String(await freePort())
  const data = join(home.path, 'data')
  server = await spawnNode(SERVER, {
    env: { MILLRACE_DIR: data, DATABASE_URL: undefined, REDIS_URL: undefined, PORT: port, WORKERS: '1' },
    readyPattern: /Stop\s+Ctrl-C/,
    readyTimeoutMs: PATIENCE,
  })
  const { email, password } = JSON.parse(readFileSync(join(data, 'owner.json'), 'utf8'))
  env = { MILLRACE_URL: `http://127.0.0.1:${port}`, MILLRACE_EMAIL: email, MILLRACE_PASSWORD: password }
  await install()
}, 3 * PATIENCE)
afterAll(async () => {
  server.kill('SIGTERM')
  await server.exited
  home.remove()
}, PATIENCE)

const project = () => join(home.path, 'project')

/** Without a registry: what it depends on is packed from here, too. */
const install = async (): Promise<void> => {
  const archives = join(home.path, 'archives')
  mkdirSync(archives)
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const filters = ['--filter', '@millrace/contracts', '--filter', '@millrace/sdk']
  await exec('npx', ['--yes', packageManager, ...filters, 'pack', '--pack-destination', archives], {
    cwd: ROOT,
  })
  // A copy first: the package manager links equal files, and npm takes no links out of archives.
  cpSync(join(ROOT, 'packages/sdk/node_modules/zod'), join(home.path, 'zod'), {
    recursive: true,
    dereference: true,
  })
  await exec('tar', ['-C', home.path, '-czf', join(archives, 'zod.tgz'), 'zod'])
  mkdirSync(project())
  writeFileSync(join(project(), 'package.json'), '{"name":"other","private":true}')
  const files = readdirSync(archives).map((name) => join(archives, name))
  await exec('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], { cwd: project() })
}

/** The program that the documentation shows under this name. */
const example = (name: string): string => {
  const text = readFileSync(join(ROOT, 'docs/SDK.md'), 'utf8')
  const block = text.split('```js\n').find((part) => part.startsWith(`// ${name}\n`))
  const file = join(project(), name)
  writeFileSync(file, block?.split('```')[0] ?? '')
  return file
}

it(
  'runs the program and the worker of the documentation',
  async () => {
    expect(existsSync(join(project(), 'node_modules/@millrace/sdk/dist/index.d.ts'))).toBe(true)
    expect(existsSync(join(project(), 'node_modules/@millrace/sdk/src'))).toBe(false)
    const worker = await spawnNode(example('worker.mjs'), { cwd: project(), env })
    const program = await spawnNode(example('program.mjs'), { cwd: project(), env })
    expect(await program.exited, program.output()).toMatchObject({ code: 0 })
    expect(program.output()).toContain('greet is published as version 1')
    expect(program.output()).toMatch(/completed "ADA!"/)
    worker.kill('SIGKILL')
    await worker.exited
  },
  2 * PATIENCE,
)
