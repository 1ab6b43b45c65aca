import { exec } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/**
 * What a newcomer does first: webhook → HTTP request → condition → transform, configured, published, called with the
 * curl line that is shown, and its run watched; by mouse, and by keyboard alone.
 */
const run = promisify(exec)

let app: RunningApp
let browser: Browser
let customers: Server
let customersUrl: string

beforeAll(async () => {
  customers = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ spend: 1200 })),
  )
  await new Promise<void>((resolve) => customers.listen(0, '127.0.0.1', resolve))
  // An address, as `listen` gave it a port.
  customersUrl = `http://127.0.0.1:${(customers.address() as AddressInfo).port}/customer`
  app = await startApp()
  browser = await openBrowser()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  customers?.close()
})

const openNew = async (name: string) => {
  const definition = { format: 'millrace/v1', name, nodes: [], edges: [] }
  // The API answers with the workflow it made.
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('[data-canvas]').waitFor()
  return { page, problems, id }
}

const card = (page: Page, id: string) => page.locator(`#card-${id}`)

/** Sends the request that the publish dialog shows, and opens the run it started. */
const callAndWatch = async (page: Page): Promise<void> => {
  const curl = await page.locator('[data-curl]').textContent()
  const { stdout } = await run(curl ?? '')
  const { runId } = JSON.parse(stdout)
  await page.goto(`/runs/${runId}`)
  await page.getByText('Completed').first().waitFor()
  await page.locator('#card-json[data-state="completed"]').waitFor()
}

test('by mouse', async () => {
  const { page, problems } = await openNew('by-mouse')
  const palette = page.getByRole('complementary', { name: 'Nodes and outline' })
  await palette.getByRole('button', { name: 'Webhook' }).click()
  await card(page, 'webhook').waitFor()
  // A port clicked asks what follows.
  for (const [from, port, title] of [
    ['webhook', 'main', 'HTTP request'],
    ['request', 'main', 'Condition'],
    ['condition', 'true', 'Transform'],
  ] as const) {
    await page.getByRole('button', { name: 'Fit (F)' }).click()
    await card(page, from).locator(`[data-port="${port}"]`).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox').fill(title)
    await dialog.getByRole('option', { name: title }).first().click()
    await dialog.waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Fit (F)' }).click()

  await configure(page, 'webhook', 'Path', 'by-mouse')
  await configure(page, 'request', 'URL', customersUrl)
  await configure(page, 'condition', 'If', 'steps.request.output.body.spend > 1000')
  await configure(page, 'json', 'Expression', '{ "vip": true }')

  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('button', { name: 'Publish version' }).click()
  await page.getByText('Version 1 is published').waitFor()
  await callAndWatch(page)
  expect(problems).toEqual([])
}, 240_000)

const configure = async (page: Page, node: string, field: string, text: string): Promise<void> => {
  await card(page, node).dblclick()
  const panel = page.getByRole('complementary', { name: `Panel of ${node}` })
  await fill(page, panel.getByRole('textbox', { name: field }).first(), text)
  await panel.getByRole('button', { name: 'Close' }).first().click()
  await panel.waitFor({ state: 'detached' })
}

/** Typed, not set: expression fields are editors, and close brackets and quotes themselves. */
const fill = async (page: Page, field: ReturnType<Page['getByRole']>, text: string): Promise<void> => {
  await field.click()
  await page.keyboard.insertText(text)
}

test('by keyboard alone', async () => {
  const { page, problems } = await openNew('by-keys')
  const canvas = page.locator('[data-canvas]')
  const press = (key: string) => page.keyboard.press(key)
  await canvas.focus()
  for (const title of ['Webhook', 'HTTP request', 'Condition', 'Transform']) {
    await press('n')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type(title)
    await press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await canvas.focus()
  }
  for (const [node, field, text] of [
    ['json', 'Expression', '{ "vip": true }'],
    ['condition', 'If', 'steps.request.output.body.spend > 1000'],
    ['request', 'URL', customersUrl],
    ['webhook', 'Path', 'by-keys'],
  ] as const) {
    expect(await canvas.getAttribute('aria-activedescendant')).toBe(`card-${node}`)
    await press('Enter')
    const panel = page.getByRole('complementary', { name: `Panel of ${node}` })
    await panel.getByRole('textbox', { name: field }).first().focus()
    await page.keyboard.insertText(text)
    await panel.getByRole('button', { name: 'Close' }).first().focus()
    await press('Enter')
    await panel.waitFor({ state: 'detached' })
    await canvas.focus()
    await press('ArrowLeft')
  }
  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).focus()
  await press('Enter')
  await page.getByRole('textbox', { name: 'What changed' }).waitFor()
  await press('Enter')
  await page.getByText('Version 1 is published').waitFor()
  await callAndWatch(page)
  expect(problems).toEqual([])
}, 240_000)
