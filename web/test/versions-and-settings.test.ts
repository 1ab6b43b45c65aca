import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { violationsOf } from './axe.js'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

let app: RunningApp
let browser: Browser
let page: Page
let problems: string[]
/** Lets in who knows the token. */
let guarded: Server
let guardedUrl: string

beforeAll(async () => {
  guarded = createServer(({ headers }, response) => {
    response.writeHead(headers.authorization === 'Bearer right' ? 204 : 401).end()
  }).listen(0, '127.0.0.1')
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
  // A TCP address, since that is what was listened on.
  guardedUrl = `http://127.0.0.1:${(guarded.address() as AddressInfo).port}/me`
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  guarded?.close()
})

beforeEach(async () => {
  ;({ page, problems } = await openPage(browser, app))
}, 60_000)

afterEach(async () => {
  expect(problems).toEqual([])
  await page.context().close()
})

const publish = (message: string) =>
  app.api('POST', '/workflows/import', {
    publish: true,
    definition: {
      format: 'millrace/v1',
      name: 'history',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'say', type: 'log.message', name: 'Say it', params: { message } },
      ],
      edges: [{ from: 'start', to: 'say' }],
    },
  })

test('versions are compared as changes and as text; an old one is restored as a new one', async () => {
  await publish('first words')
  await publish('second words')
  const { id } = (await app.api('GET', '/workflows/history')) as { id: string }
  await signInAsOwner(page, app, `/workflows/${id}/versions`)
  await page.getByText('v2 compared with').waitFor()
  await page.getByText('params › message').waitFor()
  await page.getByText('first words').waitFor()

  await page.getByText('Text', { exact: true }).click()
  await page.getByRole('region', { name: 'Text difference' }).getByText('"message": "second words"').waitFor()

  await page.getByRole('button', { name: /^v1/ }).click()
  await page.getByRole('button', { name: 'Restore v1' }).click()
  await page.getByRole('button', { name: 'Restore and publish' }).click()
  await page.getByText('as version 3').waitFor()
  await page.getByRole('button', { name: /^v3/ }).click()
  await page.getByText('v3 compared with').waitFor()
}, 120_000)

test('a credential is made and deleted, and its value never comes back', async () => {
  const secret = 'canary-5f1c'
  const seen: string[] = []
  page.on('response', async (response) => {
    seen.push(await response.text().catch(() => ''))
  })
  await signInAsOwner(page, app, '/settings/credentials')
  await page.getByText('No credentials yet').waitFor()
  await page.getByRole('button', { name: 'New credential' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('This is needed').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('crm')
  await page.getByRole('textbox', { name: 'Secret' }).fill(secret)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'crm', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete crm' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('No credentials yet').waitFor()
  expect(seen.join('\n')).not.toContain(secret)
}, 120_000)

test('a credential is tried before it is stored, from the list, and where a node names it', async () => {
  await signInAsOwner(page, app, '/settings/credentials')
  await page.getByRole('button', { name: 'New credential' }).click()
  const form = page.getByRole('dialog', { name: 'New credential' })
  await form
    .getByRole('textbox', { name: 'Kind' })
    .or(form.getByRole('combobox', { name: 'Kind' }))
    .click()
  await page.getByRole('option', { name: 'Bearer token' }).click()
  await form.getByRole('textbox', { name: 'Name' }).fill('guarded')
  await form.getByRole('textbox', { name: 'Token' }).fill('wrong')
  await form.getByRole('textbox', { name: 'Test with a GET of' }).fill(guardedUrl)
  await form.getByRole('button', { name: 'Test' }).click()
  await form.getByText('It does not work: The other side answered 401.').waitFor()
  await form.getByRole('textbox', { name: 'Token' }).fill('right')
  await form.getByText('It does not work').waitFor({ state: 'detached' })
  await form.getByRole('button', { name: 'Test' }).click()
  await form.getByText('It works: The other side answered 204.').waitFor()
  expect(await violationsOf(page, '[role="dialog"]')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()

  await page.getByRole('button', { name: 'Test guarded' }).click()
  const dialog = page.getByRole('dialog', { name: 'Test guarded' })
  await dialog.getByRole('textbox', { name: 'Test with a GET of' }).fill(guardedUrl)
  await page.keyboard.press('Enter')
  await dialog.getByText('It works').waitFor()

  const definition = {
    format: 'millrace/v1',
    name: 'calling',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'ask', type: 'http.request', params: { url: guardedUrl, auth: { credential: 'guarded' } } },
    ],
    edges: [{ from: 'start', to: 'ask' }],
  }
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  await page.goto(`/workflows/${id}`)
  await page.locator('.react-flow__node[data-id="ask"]').dblclick()
  const panel = page.getByRole('region', { name: 'Settings of ask' })
  await panel.getByRole('button', { name: 'Test', exact: true }).click()
  // What the node calls is there already.
  await dialog.getByRole('button', { name: 'Test' }).click()
  await dialog.getByText('It works: The other side answered 204.').waitFor()
}, 120_000)

test('a session that ends on a page keeps the work and goes on after signing in again', async () => {
  await signInAsOwner(page, app, '/workflows')
  await page.getByRole('button', { name: 'Import' }).click()
  const definition = '{ "format": "millrace/v1", "name": "kept", "nodes": [], "edges": [] }'
  await page.getByRole('textbox', { name: 'Definition' }).fill(definition)

  // The token is refused from now on, and the cookie is gone.
  await page.context().clearCookies()
  await page.route('**/api/v1/workflows/**', (route) =>
    route.request().headers()['authorization'] === undefined
      ? route.abort()
      : route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{}' }),
  )
  await page.getByRole('button', { name: 'Import kept' }).click()
  const again = page.getByRole('dialog', { name: 'Your session has ended' })
  await again.waitFor()
  await page.unroute('**/api/v1/workflows/**')
  await again.getByRole('textbox', { name: 'Password' }).fill(app.owner.password)
  await again.getByRole('button', { name: 'Sign in' }).click()
  // What was about to be sent is sent.
  await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
}, 120_000)
