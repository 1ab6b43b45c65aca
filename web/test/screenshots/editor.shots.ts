import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openBrowser, type RunningApp, startApp } from '../fixture.js'
import { importOrders, type OrderDesk, openOrderDesk, startOrder, WAITED_FOR } from './order-desk.js'
import { inBothThemes } from './shoot.js'

let app: RunningApp
let browser: Browser
let desk: OrderDesk
let orders: string

beforeAll(async () => {
  ;[app, browser, desk] = await Promise.all([startApp(), openBrowser(), openOrderDesk()])
  orders = await importOrders(app, desk)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  desk?.close()
})

test('a live run on the canvas', async () => {
  const runId = await startOrder(app, ['lamp', 'chair', WAITED_FOR, 'shelf'])
  await inBothThemes(browser, app, 'editor-live', `/workflows/${orders}`, async (page) => {
    await page.getByRole('button', { name: 'Nodes and outline' }).click()
    await page.getByRole('button', { name: 'Fit (F)' }).click()
    await page.locator('#card-stock[data-state="running"]').waitFor()
    await page.getByText('3/4').waitFor()
  })
  await app.api('POST', `/runs/${runId}/cancel`, {})
})

test('an expression tried on a real run', async () => {
  const runId = await startOrder(app, ['lamp', 'chair'])
  await inBothThemes(browser, app, 'editor-expression', `/workflows/${orders}`, async (page) => {
    await page.locator('#card-vip').dblclick()
    await page.getByRole('button', { name: 'Make the panel larger' }).click()
    await page.getByRole('tree', { name: 'Output of customer' }).getByText('1840').waitFor()
    await page
      .getByRole('region', { name: 'Settings', exact: true })
      .getByText('true', { exact: true })
      .waitFor()
  })
  await app.api('POST', `/runs/${runId}/cancel`, {})
})

test('a node inside of a container', async () => {
  const runId = await startOrder(app, ['lamp', 'chair'])
  await inBothThemes(browser, app, 'editor-container', `/workflows/${orders}`, async (page) => {
    await page.getByRole('button', { name: 'Nodes and outline' }).click()
    await page.locator('#card-price').dblclick()
    await page.getByRole('region', { name: 'Settings of price' }).getByText('"total":40').waitFor()
    await page.locator('#card-price').hover()
    await page.mouse.wheel(0, -400)
    await page.locator('#card-price[role="img"]').waitFor()
  })
  await app.api('POST', `/runs/${runId}/cancel`, {})
})

test('problems', async () => {
  const definition = {
    format: 'millrace/v1',
    name: 'unfinished',
    nodes: [
      { id: 'hook', type: 'trigger.webhook', params: { path: 'orders', auth: { kind: 'none' } } },
      { id: 'fetch', type: 'http.request', params: { method: 'GET' } },
      { id: 'check', type: 'flow.condition', params: { if: 'steps.fetsch.output.body.total > 5' } },
      { id: 'store', type: 'postgres.query', params: {} },
      { id: 'lonely', type: 'log.message', params: { message: 'who calls me?' } },
    ],
    edges: [
      { from: 'hook', to: 'fetch' },
      { from: 'fetch', to: 'check' },
      { from: 'check', port: 'true', to: 'store' },
    ],
  }
  // The API answers with the workflow it made.
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  await inBothThemes(browser, app, 'editor-problems', `/workflows/${id}`, async (page) => {
    await page.getByRole('button', { name: /problems/ }).click()
    await page.getByRole('list', { name: 'Problems' }).waitFor()
    await page.getByRole('button', { name: 'Fit (F)' }).click()
  })
})
