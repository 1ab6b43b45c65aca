import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violationsOf } from './axe.js'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** WCAG 2.2 AA by axe, in both themes: the first page of an empty workspace, then every dialog and menu. */

let app: RunningApp
let browser: Browser
let pages: Readonly<Record<'light' | 'dark', Page>>
let workflowId: string
let groupedId: string
let runId: string

const signedIn = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const { page } = await openPage(browser, app, { colorScheme, reducedMotion: 'reduce' })
  await signInAsOwner(page, app)
  return page
}

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
  pages = { light: await signedIn('light'), dark: await signedIn('dark') }
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const log = (id: string, message = id) => ({ id, type: 'log.message', params: { message } })

/** One version that does its work and can be undone, and a draft ahead of it. */
const fill = async (): Promise<void> => {
  const definition = (message: string) => ({
    format: 'millrace/v1',
    name: 'orders',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { ...log('book', message), compensate: 'unbook' },
      log('tell'),
      log('unbook'),
    ],
    edges: [
      { from: 'start', to: 'book' },
      { from: 'book', to: 'tell' },
    ],
  })
  await app.api('POST', '/workflows/import', { definition: definition('first'), publish: true })
  // The API answers with the workflow, and with the run it started.
  const made = await app.api('POST', '/workflows/import', { definition: definition('second'), publish: true })
  workflowId = (made as { id: string }).id
  const { run } = (await app.api('POST', '/runs', { workflow: 'orders' })) as { run: { id: string } }
  runId = run.id
  const grouped = {
    ...definition('grouped'),
    name: 'grouped',
    ui: { groups: { all: { title: 'All', nodes: ['book', 'tell'], collapsed: true } } },
  }
  groupedId = ((await app.api('POST', '/workflows', { definition: grouped })) as { id: string }).id
  const broken = {
    format: 'millrace/v1',
    name: 'broken',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'work', type: 'transform.json', params: { value: '{{ $error("the till is empty") }}' } },
    ],
    edges: [{ from: 'start', to: 'work' }],
  }
  await app.api('POST', '/workflows/import', { definition: broken, publish: true })
  await app.api('POST', '/runs', { workflow: 'broken' })
  const credential = { type: 'secret', data: { secret: 'not to be seen' } }
  await app.api('POST', '/credentials', { name: 'crm', credential })
}

const EDITOR = () => `/workflows/${workflowId}`
const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name }).waitFor()
const toCard = async (page: Page, id: string): Promise<void> => {
  await page.locator(`#card-${id}`).click()
  await page.locator(`[data-canvas][aria-activedescendant="card-${id}"]`).waitFor()
}
const boxOf = async (page: Page, id: string) => {
  await page.locator(`#card-${id}`).hover()
  const box = await page.locator(`#card-${id}`).boundingBox()
  if (box === null) throw new Error(`${id} is not in view`)
  return box
}
const pressAt = async (page: Page, id: string, key: string, title: string | RegExp): Promise<void> => {
  await toCard(page, id)
  await page.keyboard.press(key)
  await dialog(page, title)
}

interface Scene {
  readonly path: () => string
  readonly enter: (page: Page) => Promise<void>
}

const SCENES: Readonly<Record<string, Scene>> = {
  'a page that is not there': {
    path: () => '/nowhere',
    enter: (page) => page.getByText('There is no such page').waitFor(),
  },
  'going anywhere': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('link', { name: 'orders', exact: true }).waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('textbox', { name: 'Go to' }).waitFor()
    },
  },
  'the keys of the app': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('link', { name: 'orders', exact: true }).waitFor()
      await page.keyboard.press('?')
      await dialog(page, 'Keyboard shortcuts')
    },
  },
  'the menu of a workflow': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('button', { name: 'Actions on orders' }).click()
      await page.getByRole('menuitem', { name: 'Archive' }).waitFor()
    },
  },
  'archiving a workflow': {
    path: () => '/workflows',
    enter: async (page) => {
      await page.getByRole('button', { name: 'Actions on orders' }).click()
      await page.getByRole('menuitem', { name: 'Archive' }).click()
      await dialog(page, 'Archive orders?')
    },
  },
  'the menu of a node': {
    path: EDITOR,
    enter: async (page) => {
      await toCard(page, 'tell')
      await page.keyboard.press('m')
      await page.getByRole('menuitem', { name: 'Extract to sub-workflow' }).waitFor()
    },
  },
  'the keys of the canvas': { path: EDITOR, enter: (page) => pressAt(page, 'tell', '?', /keys/i) },
  connecting: { path: EDITOR, enter: (page) => pressAt(page, 'tell', 'c', /^What follows/) },
  'extracting nodes': { path: EDITOR, enter: (page) => pressAt(page, 'tell', 'e', /^Extract/) },
  'nodes that cannot be extracted': {
    path: EDITOR,
    enter: async (page) => {
      await pressAt(page, 'book', 'e', /^Extract/)
      await page.getByText('book is undone').waitFor()
    },
  },
  'a condition': {
    path: EDITOR,
    enter: async (page) => {
      // Between the two cards: an edge that runs level has no height to be clicked at.
      const [from, to] = [await boxOf(page, 'start'), await boxOf(page, 'book')]
      const at = [(from.x + from.width + to.x) / 2, from.y + from.height / 2] as const
      await page.mouse.click(...at, { button: 'right' })
      await page.getByRole('menuitem', { name: 'Condition' }).click()
      await dialog(page, 'When is this connection taken?')
    },
  },
  'the outline': {
    path: EDITOR,
    enter: async (page) => {
      await toCard(page, 'tell')
      await page.keyboard.press('o')
      await page.getByRole('tree', { name: 'Outline' }).waitFor()
    },
  },
  'a collapsed group': {
    path: () => `/workflows/${groupedId}`,
    enter: (page) => page.getByRole('img', { name: 'All, group of 2' }).waitFor(),
  },
  'naming a group': {
    path: () => `/workflows/${groupedId}`,
    enter: async (page) => {
      await page.getByRole('img', { name: 'All, group of 2' }).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Rename All' }).click()
      await dialog(page, 'Name the group')
    },
  },
  'a version that is published': {
    path: EDITOR,
    enter: async (page) => {
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      await page.getByRole('button', { name: 'Publish version' }).click()
      await dialog(page, /is published$/)
    },
  },
  'restoring a version': {
    path: () => `/workflows/${workflowId}/versions`,
    enter: async (page) => {
      await page.getByRole('button', { name: /^v1/ }).click()
      await page.getByRole('button', { name: 'Restore v1' }).click()
      await dialog(page, 'Restore version 1?')
    },
  },
  'retrying many runs': {
    path: () => '/runs',
    enter: async (page) => {
      await page.getByRole('cell', { name: 'Failed' }).waitFor()
      await page.getByRole('checkbox', { name: 'Select all shown runs' }).check()
      await page.getByRole('button', { name: 'Retry', exact: true }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  'retrying a run': {
    path: () => `/runs/${runId}`,
    enter: async (page) => {
      await page.getByRole('button', { name: /^(?:Retry|Run again)/ }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  'a new credential': {
    path: () => '/settings/credentials',
    enter: async (page) => {
      await page.getByRole('button', { name: 'New credential' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  'deleting a credential': {
    path: () => '/settings/credentials',
    enter: async (page) => {
      await page.getByRole('button', { name: 'Delete crm' }).click()
      await dialog(page, 'Delete crm?')
    },
  },
}

test.each(['light', 'dark'] as const)(
  'the templates of an empty workspace, %s',
  async (theme) => {
    await pages[theme].getByRole('heading', { name: 'Build your first workflow' }).waitFor()
    expect(await violationsOf(pages[theme])).toEqual([])
  },
  120_000,
)

describe('in a workspace that is used', () => {
  beforeAll(fill, 60_000)

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    test.each(Object.entries(SCENES))(
      '%s',
      async (_name, { path, enter }) => {
        await pages[theme].goto(path())
        await enter(pages[theme])
        expect(await violationsOf(pages[theme])).toEqual([])
      },
      120_000,
    )
  })
})
