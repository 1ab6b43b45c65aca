import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openBrowser, type RunningApp, startApp } from '../fixture.js'
import { importOrders, type OrderDesk, openOrderDesk, startOrder } from './order-desk.js'
import { inBothThemes } from './shoot.js'

let app: RunningApp
let browser: Browser
let desk: OrderDesk
/** One that has been approved, and one that waits for it. */
let done: string
let waiting: string

beforeAll(async () => {
  ;[app, browser, desk] = await Promise.all([startApp(), openBrowser(), openOrderDesk()])
  await importOrders(app, desk)
  done = await startOrder(app, ['lamp', 'chair', 'shelf'])
  await app.api('POST', `/approvals/${await approvalOf(done)}/decide`, { decision: 'approve' })
  waiting = await startOrder(app, ['lamp', 'sofa'])
  await approvalOf(waiting)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  desk?.close()
})

/** The approval that a run waits for, once it does. */
const approvalOf = async (runId: string): Promise<string> => {
  for (;;) {
    // The API answers with a page of approvals.
    const { items } = (await app.api('GET', '/approvals?assigned=all')) as {
      items: { id: string; runId: string }[]
    }
    const found = items.find((each) => each.runId === runId)
    if (found !== undefined) return found.id
  }
}

const completed = (page: Page) => page.getByText('Completed').first().waitFor()

test('graph', () =>
  inBothThemes(browser, app, 'console-graph', `/runs/${done}?view=graph`, async (page) => {
    await completed(page)
    await page.locator('#card-approve[data-state="completed"]').waitFor()
  }))

test('timeline', () =>
  inBothThemes(browser, app, 'console-timeline', `/runs/${done}?view=timeline`, completed))

test('log', () =>
  inBothThemes(browser, app, 'console-log', `/runs/${done}?view=log`, async (page) => {
    await completed(page)
    await page.getByText('40 crowns').first().waitFor()
  }))

test('data', () =>
  inBothThemes(browser, app, 'console-data', `/runs/${done}?view=data&step=customer`, async (page) => {
    await page.getByText('Ada Lovelace').first().waitFor()
  }))

test('time machine', () =>
  inBothThemes(browser, app, 'console-replay', `/runs/${done}?view=graph&at=12`, async (page) => {
    await page.locator('#card-customer[data-state="completed"]').waitFor()
  }))

test('approval', () =>
  inBothThemes(browser, app, 'console-approval', `/runs/${waiting}?view=graph`, async (page) => {
    await page.getByRole('button', { name: 'Approve' }).first().waitFor()
    await page.locator('#card-approve[data-state="waiting"]').waitFor()
  }))
