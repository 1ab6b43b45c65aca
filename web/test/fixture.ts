import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type TokenAnswer, tokenAnswer } from '@millrace/contracts'
import { CHROMIUM_FLAGS, createTempFolder, findChromium, patience, spawnNode } from '@millrace/testkit'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

/** The product as one process with a database of its own, and what a test does in it beside the browser. */
export interface RunningApp {
  readonly url: string
  readonly owner: { readonly email: string; readonly password: string }
  /** Calls the API as the owner. Throws for anything but 2xx. */
  api(method: string, path: string, body?: unknown): Promise<unknown>
  stop(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY = /Millrace is running at (http:\S+)/

/**
 * Takes 2 to 10 s: start one for a test file, in `beforeAll` with a generous time. It has a database of its own,
 * unless `env` names another.
 */
export const startApp = async (
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningApp> => {
  if (!existsSync(join(ROOT, 'web/dist/index.html'))) throw new Error('The web app is not built: make build')
  const folder = createTempFolder()
  const standalone = await spawnNode(join(ROOT, 'services/standalone/dist/main.js'), {
    args,
    env: { MILLRACE_DIR: folder.path, PORT: '0', DATABASE_URL: undefined, REDIS_URL: undefined, ...env },
    readyPattern: READY,
    readyTimeoutMs: 60_000,
  })
  const url = READY.exec(standalone.output())?.[1] ?? ''
  const owner = JSON.parse(readFileSync(join(folder.path, 'owner.json'), 'utf8'))
  let token: TokenAnswer | undefined
  return {
    url,
    owner,
    async api(method, path, body) {
      token ??= await signIn(url, owner)
      return call(`${url}/api/v1${path}`, method, body, { authorization: `Bearer ${token.accessToken}` })
    },
    async stop() {
      standalone.kill('SIGTERM')
      await standalone.exited
      folder.remove()
    },
  }
}

const signIn = async (url: string, owner: RunningApp['owner']): Promise<TokenAnswer> => {
  const { email, password } = owner
  return tokenAnswer.parse(await call(`${url}/api/v1/auth/login`, 'POST', { email, password }, {}))
}

const call = async (url: string, method: string, body: unknown, headers: Record<string, string>) => {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

/** Debian's Chromium, one for a test file; each test opens a context of its own. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(console.log), args: [...CHROMIUM_FLAGS] })

/**
 * A page in a fresh context (own cookies and storage).
 * A script that the page's policy blocks, and an error that nobody caught, fail the test: see `problems`.
 */
export const openPage = async (
  browser: Browser,
  app: RunningApp,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; problems: string[] }> => {
  const context = await browser.newContext({ baseURL: app.url, ...options })
  giveTime(context)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) problems.push(message.text().slice(-300))
  })
  return { page, problems }
}

/** The browser's limits go by the wall: what is called now has thirty seconds of the pace that the machine has now. */
const giveTime = (context: BrowserContext): void => {
  const give = () => context.setDefaultTimeout(patience.onTheWall(30_000))
  give()
  const timer = setInterval(give, 500)
  context.on('close', () => clearInterval(timer))
}

/** Opens `path` as a stranger, signs in as the owner, and is led on to it. */
export const signInAsOwner = async (page: Page, app: RunningApp, path = '/workflows'): Promise<void> => {
  await page.goto(path)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(app.owner.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(app.owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**${path}`)
}
