import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { violationsOf } from './axe.js'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

let app: RunningApp
let browser: Browser
let upstream: Server
let url: string

beforeAll(async () => {
  upstream = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name: 'Ada' }))
  }).listen(0, '127.0.0.1')
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
  // A TCP address, since that is what was listened on.
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/customers/7`
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  upstream?.close()
})

/*
 *  start ──► fetch (no URL yet) ──► greet
 */
const create = async (name: string): Promise<string> => {
  const definition = {
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'start', type: 'trigger.manual', params: {} },
      { id: 'fetch', type: 'http.request', params: {} },
      { id: 'greet', type: 'transform.json', params: { expression: '' } },
    ],
    edges: [
      { from: 'start', to: 'fetch' },
      { from: 'fetch', to: 'greet' },
    ],
  }
  return z.object({ id: z.string() }).parse(await app.api('POST', '/workflows', { definition })).id
}

const draftOf = z.object({
  draft: z.object({ settings: z.unknown(), nodes: z.array(z.record(z.string(), z.unknown())) }),
})

const openNode = async (page: Page, id: string): Promise<void> => {
  await page.locator(`.react-flow__node[data-id="${id}"]`).dblclick()
  await page.getByRole('region', { name: `Settings of ${id}` }).waitFor()
  const larger = page.getByRole('button', { name: 'Make the panel larger' })
  if (await larger.isVisible()) await larger.click()
  await page.getByRole('region', { name: 'Output' }).waitFor()
}

test('limits of a workflow and what undoes a node are set in forms, and taken back', async () => {
  const workflow = await create('policies')
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1440, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${workflow}`)
  const stored = async () => draftOf.parse(await app.api('GET', `/workflows/${workflow}`)).draft
  const saved = () => page.locator('[data-save="saved"]').waitFor()

  await page.getByRole('button', { name: 'Workflow settings' }).click()
  const panel = page.getByRole('region', { name: 'Settings of the workflow' })
  await panel.getByRole('button', { name: 'Limit of starts in a time' }).click()
  await panel.getByText('Starts is required').waitFor()
  await panel.getByRole('textbox', { name: 'Starts' }).fill('5')
  await panel.getByRole('textbox', { name: 'Within milliseconds' }).fill('60000')
  await panel.getByText('Starts is required').waitFor({ state: 'detached' })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violationsOf(page, '[aria-label="Settings of the workflow"]')).toEqual([])
  }
  await panel.getByRole('button', { name: 'Close the settings' }).click()

  // A node that stands apart, for the request to be undone by.
  await page.locator('[data-canvas]').focus()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Log', exact: true }).click()
  await page.locator('.react-flow__node[data-id="fetch"]').dblclick()
  await page.getByText('Retries, timeout, errors and undo').click()
  await page.getByLabel('Undone by', { exact: true }).click()
  await page.getByRole('option', { name: 'message' }).click()
  await expect.poll(stored, { timeout: 20_000 }).toMatchObject({
    settings: { rateLimit: { runs: 5, perMs: 60_000 } },
    nodes: expect.arrayContaining([expect.objectContaining({ id: 'fetch', compensate: 'message' })]),
  })

  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect
    .poll(async () => (await stored()).nodes.filter((node) => 'compensate' in node), { timeout: 20_000 })
    .toEqual([])
  await saved()
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('a request is configured, tried on its own, and the next node sees what it gave', async () => {
  const workflow = await create('trying')
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1440, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${workflow}`)

  await openNode(page, 'fetch')
  await page.getByRole('textbox', { name: 'URL' }).fill(url)
  await page.getByRole('button', { name: 'Run this step' }).click()
  const output = page.getByRole('region', { name: 'Output' })
  await output.getByText('Completed').waitFor()
  await output.getByText('"Ada"').waitFor()
  await page.getByRole('button', { name: 'Make the panel smaller' }).click()
  await page.getByRole('button', { name: 'Close the settings' }).click()

  await openNode(page, 'greet')
  const input = page.getByRole('region', { name: 'Input' })
  await input.getByRole('tree', { name: 'Output of fetch' }).getByText('"Ada"').waitFor()
  const settings = page.getByRole('region', { name: 'Settings', exact: true })
  const expression = settings.getByRole('textbox', { name: 'Expression' })
  await expression.click()
  await page.keyboard.insertText('steps.fetch.output.body.nmae')
  await settings.getByText('there is no nmae; did you mean name?').waitFor()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText('steps.fetch.output.body.name')
  await settings.getByText('"Ada"').waitFor()

  await page.getByRole('button', { name: 'Run this step' }).click()
  await output.getByText('Completed').waitFor()
  await output.getByText('"Ada"').waitFor()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violationsOf(page, '[role="dialog"]')).toEqual([])
  }
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

/*
 *  start ──► each ┌ label ┐   three orders, the second of them without an id
 *                 └───────┘
 */
test('a node in a container shows the data of the item that is chosen', async () => {
  const definition = {
    format: 'millrace/v1',
    name: 'each-order',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        id: 'each',
        type: 'flow.map',
        params: { items: '{{ trigger.orders }}', onItemError: 'collect' },
        body: {
          nodes: [
            { id: 'label', type: 'transform.json', params: { expression: '"order " & $uppercase(item.id)' } },
            { id: 'note', type: 'log.message', params: { message: '{{ steps.label.output }}' } },
          ],
          edges: [{ from: 'label', to: 'note' }],
        },
      },
    ],
    edges: [{ from: 'start', to: 'each' }],
  }
  await app.api('POST', '/workflows/import', { definition, publish: true })
  const { id } = z.object({ id: z.string() }).parse(await app.api('GET', '/workflows/each-order'))
  // An item too long for the line below a field is an item all the same.
  const orders = [{ id: 'a1', text: 'x'.repeat(5_000) }, { id: 2 }, { id: 'c3' }]
  await app.api('POST', '/runs', { workflow: 'each-order', input: { orders } })
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1440, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await openNode(page, 'label')
  const input = page.getByRole('region', { name: 'Input' })
  const output = page.getByRole('region', { name: 'Output' })
  const passes = input.getByRole('group', { name: 'Pass of each' })
  await passes.getByText('of 3').waitFor()
  await output.getByText('"order A1"').waitFor()
  await input.getByRole('tree', { name: 'Item 0' }).getByText('"a1"').waitFor()

  await passes.getByRole('button', { name: 'Pass after each[0]' }).click()
  await output.getByText('Failed', { exact: true }).waitFor()
  await passes.getByRole('button', { name: 'Failed each[1]' }).click()
  await page.getByRole('button', { name: 'each[2] Completed' }).click()
  await output.getByText('"order C3"').waitFor()
  await input.getByRole('tree', { name: 'Item 2' }).getByText('"c3"').waitFor()
  expect(await violationsOf(page, '[role="dialog"]')).toEqual([])
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)
