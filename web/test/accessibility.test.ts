import axe, { type AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** WCAG 2.2 AA by axe on the editor and the pages of lists and settings, in both themes, and ways through them by keyboard. */

let app: RunningApp
let browser: Browser
let workflowId: string
let editorId: string

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
  const definition = {
    format: 'millrace/v1',
    name: 'orders',
    description: 'Takes orders',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'work', type: 'transform.json', params: { value: '{{ $error("the till is empty") }}' } },
    ],
    edges: [{ from: 'start', to: 'work' }],
  }
  const drawn = {
    format: 'millrace/v1',
    name: 'drawn',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        id: 'each',
        type: 'flow.map',
        params: { items: '{{ trigger.orders }}' },
        body: { nodes: [{ id: 'price', type: 'transform.json', params: { expression: 'item.price' } }] },
      },
      { id: 'fetch', type: 'http.request', params: {} },
    ],
    edges: [
      { from: 'start', to: 'each' },
      { from: 'each', to: 'fetch' },
    ],
  }
  editorId = ((await app.api('POST', '/workflows', { definition: drawn })) as { id: string }).id
  const imported = await app.api('POST', '/workflows/import', { definition, publish: true })
  workflowId = (imported as { id: string }).id
  await app.api('POST', '/runs', { workflow: 'orders' })
  await app.api('POST', '/credentials', {
    name: 'crm',
    credential: { type: 'secret', data: { secret: 'not to be seen' } },
  })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source)
  const result = (await page.evaluate(
    `window.axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`,
  )) as AxeResults
  return result.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join('\n')}`,
  )
}

interface Scene {
  readonly path: () => string
  /** Brings the page to what is looked at. */
  readonly enter: (page: Page) => Promise<void>
}

const SCENES: Readonly<Record<string, Scene>> = {
  workflows: {
    path: () => '/workflows',
    enter: (page) => page.getByRole('link', { name: 'orders', exact: true }).waitFor(),
  },
  'a new workflow': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('button', { name: 'New workflow' }).click()
      await page.getByRole('radio', { name: /First steps/ }).waitFor()
    },
  },
  'a list without a match': {
    path: () => '/workflows?search=nothing',
    enter: (page) => page.getByText('No workflow matches').waitFor(),
  },
  editor: {
    path: () => `/workflows/${editorId}`,
    enter: async (page) => {
      await page.locator('#card-price').click()
      await page.getByRole('button', { name: '1 problem' }).click()
      await page.getByRole('list', { name: 'Problems' }).waitFor()
    },
  },
  'the panel of a node in a container': {
    path: () => `/workflows/${editorId}`,
    enter: async (page) => {
      await page.locator('#card-price').dblclick()
      await page.getByRole('region', { name: 'Settings of price' }).waitFor()
      await page.getByRole('textbox', { name: 'Expression' }).waitFor()
    },
  },
  'adding a node': {
    path: () => `/workflows/${editorId}`,
    enter: async (page) => {
      await page.locator('#card-price').click()
      await page.keyboard.press('n')
      await page.getByRole('dialog').getByRole('combobox').waitFor()
    },
  },
  'publishing what has problems': {
    path: () => `/workflows/${editorId}`,
    enter: async (page) => {
      await page.locator('#card-start').click()
      await page.getByRole('button', { name: '1 problem' }).waitFor()
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await page.getByText('One problem stands in the way').waitFor()
    },
  },
  'an import that is broken': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('button', { name: 'Import' }).click()
      await page.getByRole('textbox', { name: 'Definition' }).fill('{ "a": ')
      await page.getByText(/ends too early/).waitFor()
    },
  },
  runs: {
    path: () => '/runs',
    enter: async (page) => {
      await page.getByRole('cell', { name: 'Failed' }).waitFor()
      await page.getByRole('checkbox', { name: 'Select all shown runs' }).check()
      await page.getByRole('button', { name: 'Retry', exact: true }).waitFor()
    },
  },
  versions: {
    path: () => `/workflows/${workflowId}/versions`,
    enter: (page) => page.getByText('v1 compared with').waitFor(),
  },
  credentials: {
    path: () => '/settings/credentials',
    enter: (page) => page.getByRole('cell', { name: 'crm', exact: true }).waitFor(),
  },
}

describe.each(['light', 'dark'] as const)('axe in the %s theme', (colorScheme) => {
  test('sign-in', async () => {
    const { page } = await openPage(browser, app, { colorScheme, reducedMotion: 'reduce' })
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.context().close()
  }, 120_000)

  test.each(Object.entries(SCENES))(
    '%s',
    async (_name, { path, enter }) => {
      const { page } = await openPage(browser, app, { colorScheme, reducedMotion: 'reduce' })
      await signInAsOwner(page, app, path())
      await enter(page)
      expect(await violations(page)).toEqual([])
      await page.context().close()
    },
    120_000,
  )
})

describe('by keyboard alone', () => {
  test('one signs in, goes to the runs with Ctrl+K, and lists the shortcuts', async () => {
    const { page } = await openPage(browser, app)
    await page.goto('/workflows')
    await page.getByRole('textbox', { name: 'E-mail' }).focus()
    await page.keyboard.type(app.owner.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(app.owner.password)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'orders', exact: true }).waitFor()

    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Go to' }).waitFor()
    await page.keyboard.type('orders')
    await page.getByRole('button', { name: /^orders/ }).waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Runs')
    await page.getByRole('button', { name: /^Runs/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/runs')
    await page.getByRole('textbox', { name: 'Go to' }).waitFor({ state: 'detached' })

    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' })
    await page.context().close()
  }, 120_000)
})
