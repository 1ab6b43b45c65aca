import { exec } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/**
 * What a newcomer does first: webhook → HTTP request → condition → transform, configured, each step tried on real
 * data, published, called with the curl line that is shown, and its run watched on the canvas from its start; by mouse,
 * and by keyboard alone.
 */
const run = promisify(exec)

let app: RunningApp
let browser: Browser
let customers: Server
let customersUrl: string
/** While it is there, the customers' server keeps everybody waiting. */
let held: { readonly released: Promise<void>; release(): void } | undefined

beforeAll(async () => {
  customers = createServer(async (_, response) => {
    await held?.released
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ spend: 1200 }))
  })
  await new Promise<void>((resolve) => customers.listen(0, '127.0.0.1', resolve))
  // An address, as `listen` gave it a port.
  customersUrl = `http://127.0.0.1:${(customers.address() as AddressInfo).port}/customer`
  app = await startApp()
  browser = await openBrowser()
}, 120_000)

afterEach(() => held?.release())

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  customers?.close()
})

const hold = (): void => {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  held = { released, release }
}

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
const panelOf = (page: Page, id: string) => page.getByRole('complementary', { name: `Panel of ${id}` })

/** Node, field, what is typed into it, how the node is tried, and what is in its output then. */
const STEPS = [
  ['webhook', 'Path', () => '', 'Fire with this data', 'body'],
  ['request', 'URL', () => customersUrl, 'Run this step', '1200'],
  ['condition', 'If', () => 'steps.request.output.body.spend > 1000', 'Run this step', 'true'],
  ['json', 'Expression', () => '{ "vip": true }', 'Run this step', 'vip'],
] as const

/** Sends the request that the publish dialog shows: its run is on the canvas before it is over. */
const callAndWatch = async (page: Page, close: () => Promise<void>): Promise<string> => {
  hold()
  const curl = await page.locator('[data-curl]').textContent()
  const { stdout } = await run(curl ?? '')
  const { runId } = JSON.parse(stdout)
  await close()
  await page.locator(`[data-live-run="${runId}"]`).waitFor()
  await page.locator('#card-webhook[data-state="completed"]').waitFor()
  await page.locator('#card-request[data-state="running"]').waitFor()
  held?.release()
  held = undefined
  await page.locator('#card-json[data-state="completed"]').waitFor()
  await page.locator(`[data-live-run="${runId}"]`).getByText('Completed').waitFor()
  return runId
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

  for (const [node, field, text, button, output] of STEPS) {
    await card(page, node).dblclick()
    const panel = panelOf(page, node)
    await panel.getByRole('textbox', { name: field }).first().click()
    // Typed, not set: expression fields are editors, and close brackets and quotes themselves.
    await page.keyboard.insertText(text() || 'by-mouse')
    if (node === 'webhook') await panel.getByRole('tab', { name: 'Input' }).click()
    await panel.getByRole('button', { name: button }).click()
    await panel.getByRole('tab', { name: 'Output' }).click()
    await panel.getByText('Completed').waitFor()
    await panel
      .getByRole('tree', { name: `Output of ${node}` })
      .getByText(output)
      .first()
      .waitFor()
    await panel.getByRole('button', { name: 'Close' }).first().click()
    await panel.waitFor({ state: 'detached' })
  }

  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('button', { name: 'Publish version' }).click()
  await page.getByText('Version 1 is published').waitFor()
  const runId = await callAndWatch(page, async () => {
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Fit (F)' }).click()
  })
  await page.locator(`[data-live-run="${runId}"]`).getByRole('link').click()
  await page.waitForURL(`**/runs/${runId}`)
  await page.locator('#card-json[data-state="completed"]').waitFor()
  expect(problems).toEqual([])
}, 240_000)

test('by keyboard alone', async () => {
  const { page, problems } = await openNew('by-keys')
  const canvas = page.locator('[data-canvas]')
  const press = (key: string) => page.keyboard.press(key)
  await goTo(page, canvas, 'F6')
  for (const title of ['Webhook', 'HTTP request', 'Condition', 'Transform']) {
    await press('n')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type(title)
    await press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  for (const node of ['condition', 'request', 'webhook']) {
    await press('ArrowLeft')
    await page.locator(`[data-canvas][aria-activedescendant="card-${node}"]`).waitFor()
  }
  for (const [node, field, text, button, output] of STEPS) {
    await page.locator(`[data-canvas][aria-activedescendant="card-${node}"]`).waitFor()
    await press('Enter')
    const panel = panelOf(page, node)
    await goTo(page, panel.getByRole('textbox', { name: field }).first(), 'Tab')
    await page.keyboard.insertText(text() || 'by-keys')
    if (node === 'webhook') {
      await goTo(page, panel.getByRole('tab', { name: 'Settings' }), 'Shift+Tab')
      await press('ArrowLeft')
      await goTo(page, panel.getByRole('button', { name: button }), 'Tab')
      await press('Enter')
      await goTo(page, panel.getByRole('tab', { name: 'Input' }), 'Shift+Tab')
      await press('ArrowRight')
    } else {
      await goTo(page, panel.getByRole('button', { name: button }), 'Shift+Tab')
      await press('Enter')
      await goTo(page, panel.getByRole('tab', { name: 'Settings' }), 'Tab')
    }
    await press('ArrowRight')
    await panel.getByText('Completed').waitFor()
    await panel
      .getByRole('tree', { name: `Output of ${node}` })
      .getByText(output)
      .first()
      .waitFor()
    await press('Escape')
    await panel.waitFor({ state: 'detached' })
    await press('ArrowRight')
  }
  await page.getByRole('button', { name: '0 problems' }).waitFor()
  await goTo(page, page.getByRole('button', { name: 'Nodes and outline' }), 'F6')
  await goTo(page, page.getByRole('button', { name: 'Publish', exact: true }), 'Tab')
  await press('Enter')
  await goTo(page, page.getByRole('textbox', { name: 'What changed' }), 'Tab')
  await press('Enter')
  await page.getByText('Version 1 is published').waitFor()
  const runId = await callAndWatch(page, async () => {
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await goTo(page, canvas, 'F6')
    await press('f')
  })
  await goTo(page, page.locator(`[data-live-run="${runId}"]`).getByRole('link'), 'Shift+Tab')
  await press('Enter')
  await page.waitForURL(`**/runs/${runId}`)
  await page.locator('#card-json[data-state="completed"]').waitFor()
  expect(problems).toEqual([])
}, 240_000)

/** More presses than any part of the page has stops. */
const MOST_STOPS = 60

/** Presses a key until the keyboard is at what is looked for. */
const goTo = async (page: Page, target: Locator, key: string): Promise<void> => {
  await target.waitFor()
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let stops = 0; !(await isThere()); stops++) {
    if (stops === MOST_STOPS) throw new Error(`${key} does not lead to ${target}`)
    await page.keyboard.press(key)
  }
}
