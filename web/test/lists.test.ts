import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

let app: RunningApp
let browser: Browser
let page: Page
let problems: string[]

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

beforeEach(async () => {
  ;({ page, problems } = await openPage(browser, app))
}, 60_000)

afterEach(async () => {
  expect(problems).toEqual([])
  await page.context().close()
})

/** start → pause of a minute, or an expression that fails. */
const publish = async (name: string, step: object) => {
  const definition = {
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'work', ...step },
    ],
    edges: [{ from: 'start', to: 'work' }],
  }
  await app.api('POST', '/workflows/import', { definition, publish: true })
}
const SLOW = { type: 'flow.delay', params: { delayMs: 600_000 } }
const BROKEN = { type: 'transform.json', params: { value: '{{ $error("the till is empty") }}' } }

const start = (workflow: string) => app.api('POST', '/runs', { workflow })
const rows = () => page.locator('tbody tr')

describe('workflows', () => {
  test('an empty workspace offers templates; one becomes a workflow', async () => {
    await signInAsOwner(page, app)
    await page.getByRole('button', { name: /Take orders/ }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('my-orders')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
    await page.getByRole('link', { name: 'Workflows', exact: true }).click()
    await page.getByRole('link', { name: 'my-orders', exact: true }).waitFor()
    await page.getByText('Draft only').waitFor()
  }, 120_000)

  test('broken JSON stays in the field, and the place is named; mended, it is imported', async () => {
    await signInAsOwner(page, app)
    await page.getByRole('button', { name: 'Import' }).click()
    const field = page.getByRole('textbox', { name: 'Definition' })
    const broken = '{\n  "format": "millrace/v1",\n  "name": "pasted",\n  "nodes": [],\n  "edges": [],\n}'
    await field.fill(broken)
    await page.getByText('There is a comma too many before this }').waitFor()
    await page.getByRole('button', { name: 'Go to line 6, column 1' }).click()
    expect(await field.inputValue()).toBe(broken)
    expect(await field.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(broken.length - 1)
    await field.fill(broken.replace('],\n}', ']\n}'))
    await page.getByRole('button', { name: 'Import pasted' }).click()
    await page.waitForURL(/\/workflows\/[0-9a-f-]{36}$/)
  }, 120_000)

  test('are found by name and by node type, and archived', async () => {
    await publish('to-archive', { type: 'log.message', params: { message: 'x' } })
    await signInAsOwner(page, app, '/workflows?search=log.message')
    await page.getByRole('link', { name: 'to-archive', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Actions on to-archive' }).click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await page.getByText('No run is under way.').waitFor()
    await page.getByRole('button', { name: 'Archive', exact: true }).click()
    await page.getByText('to-archive is archived').waitFor()
    await page.getByRole('textbox', { name: 'Search workflows' }).fill('nowhere-to-be-found')
    await page.getByText('No workflow matches').waitFor()
    expect(new URL(page.url()).searchParams.get('search')).toBe('nowhere-to-be-found')
  }, 120_000)
})

describe('runs', () => {
  test('rows change in place; new runs wait behind a pill, and only those that match', async () => {
    await publish('slow', SLOW)
    await publish('broken', BROKEN)
    await signInAsOwner(page, app, '/runs?workflow=slow')
    await page.getByText('No run matches these filters').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()

    await start('broken')
    await start('slow')
    await page.getByRole('button', { name: '1 new run' }).click()
    await page.getByRole('cell', { name: 'Waiting' }).waitFor()
    expect(await rows().count()).toBe(1)

    await page.getByRole('checkbox', { name: /of slow/ }).check()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel 1 run' }).click()
    await page.getByText('1 of 1 done.').waitFor()
    await page.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('cell', { name: 'Cancelled' }).waitFor()
  }, 120_000)

  test('a search that has not come to its end says how far it has looked, and goes on by a click', async () => {
    await publish('rare', BROKEN)
    await start('rare')
    await signInAsOwner(page, app, '/workflows')
    // As the server answers among many runs: nothing yet, and there are older ones.
    const asked: (string | null)[] = []
    await page.route(/\/api\/v1\/runs\?/, async (route) => {
      const url = new URL(route.request().url())
      if (url.searchParams.get('workflow') !== 'rare') return await route.continue()
      const cursor = url.searchParams.get('cursor')
      asked.push(cursor)
      if (cursor === null)
        return await route.fulfill({
          json: {
            items: [],
            nextCursor: 'ffffffff-ffff-7fff-bfff-ffffffffffff',
            searchedTo: '2026-11-02T08:00:00Z',
          },
        })
      url.searchParams.delete('cursor')
      await route.continue({ url: url.href })
    })
    await page.goto(`${app.url}/runs?workflow=rare`)
    await page.getByText('Searched back to').waitFor()
    expect(await page.locator('time[datetime="2026-11-02T08:00:00Z"]').count()).toBe(1)
    expect(await page.getByText('No run matches these filters').count()).toBe(0)
    await page.getByRole('button', { name: 'Search older runs' }).click()
    await page.getByRole('link', { name: 'rare' }).waitFor()
    expect(asked.slice(0, 2)).toEqual([null, 'ffffffff-ffff-7fff-bfff-ffffffffffff'])
    expect(await page.getByText('Searched back to').count()).toBe(0)
  }, 120_000)

  test('filters are in the URL, work together, and can be cleared', async () => {
    await publish('faulty', BROKEN)
    await start('faulty')
    await signInAsOwner(page, app, '/runs?status=failed&error=till&workflow=faulty')
    await page.getByRole('cell', { name: /the till is empty/ }).waitFor()
    await page.getByRole('textbox', { name: 'Text in error' }).fill('another fault')
    await page.getByText('No run matches these filters').waitFor()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.getByRole('link', { name: 'faulty' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
  }, 120_000)

  test('failed runs are retried with an exact count', async () => {
    await publish('again', BROKEN)
    await Promise.all([start('again'), start('again')])
    await signInAsOwner(page, app, '/runs?workflow=again')
    await page.getByRole('cell', { name: 'Failed' }).nth(1).waitFor()
    await page.getByRole('checkbox', { name: 'Select all shown runs' }).check()
    await page.getByText('2 selected').waitFor()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.getByRole('button', { name: 'Retry 2 runs' }).click()
    await page.getByText('2 of 2 done.').waitFor()
    await page.getByRole('button', { name: 'Close' }).last().click()
    await expect.poll(() => rows().count(), { timeout: 20_000 }).toBe(4)
  }, 120_000)
})
