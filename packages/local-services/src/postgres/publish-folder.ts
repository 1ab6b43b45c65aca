import { renameSync, rmSync } from 'node:fs'

/**
 * Gives a finished folder its name in one step, so that nobody ever sees half of it. Where another process was
 * first, its folder stays and ours goes.
 */
export const publishFolder = (draft: string, name: string): void => {
  try {
    renameSync(draft, name)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    rmSync(draft, { recursive: true })
  }
}
