import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { openPage, type RunningApp, signInAsOwner } from '../fixture.js'

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url))

/** Shoots what `path` shows once `ready`, as `<name>-light.png` and `<name>-dark.png`. */
export const inBothThemes = async (
  browser: Browser,
  app: RunningApp,
  name: string,
  path: string,
  ready: (page: Page) => Promise<void>,
): Promise<void> => {
  mkdirSync(FOLDER, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await openPage(browser, app, { colorScheme, viewport: { width: 1280, height: 800 } })
    await signInAsOwner(page, app, path)
    await ready(page)
    await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png`, animations: 'disabled' })
    await page.context().close()
  }
}
