import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openBrowser, type RunningApp, startApp } from '../fixture.js'
import { inBothThemes } from './shoot.js'

let app: RunningApp
let browser: Browser

beforeAll(async () => {
  // With the example workflows, and one of them run.
  ;[app, browser] = await Promise.all([startApp(['--showcase']), openBrowser()])
  for (let i = 0; i < 24; i++)
    await app.api('POST', '/runs', {
      workflow: i % 3 === 0 ? 'hello' : 'nightly-report',
      trigger: i % 3 === 0 ? 'start' : 'now',
      input: { name: `visitor ${i}` },
    })
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

test('workflows', () =>
  inBothThemes(browser, app, 'workflows', '/workflows', async (page) => {
    await page.getByRole('link', { name: 'hello', exact: true }).waitFor()
  }))

test('runs', () =>
  inBothThemes(browser, app, 'runs', '/runs', async (page) => {
    await page.getByText('Completed').first().waitFor()
  }))

test('versions', async () => {
  const hello = (await app.api('GET', '/workflows/hello')) as {
    id: string
    draft: { nodes: { params: object }[] }
  }
  const [start, greet, ...rest] = hello.draft.nodes
  const changed = { ...greet, params: { value: { greeting: 'Welcome, {{ trigger.name }}!' } } }
  const definition = { ...hello.draft, nodes: [start, changed, ...rest] }
  await app.api('POST', '/workflows/import', { definition, publish: true })
  await inBothThemes(browser, app, 'versions', `/workflows/${hello.id}/versions`, async (page) => {
    await page.getByText('v2 compared with').waitFor()
    await page.getByText('params › value › greeting').waitFor()
  })
})

test('credentials', () =>
  inBothThemes(browser, app, 'credentials', '/settings/credentials', async (page) => {
    await page.getByRole('cell').first().waitFor()
  }))
