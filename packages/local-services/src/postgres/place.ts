import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Account } from '../process.js'
import { canEnter, canRun } from './account.js'
import { type Binaries, binariesIn } from './binaries.js'
import { publishFolder } from './publish-folder.js'

/**
 * Where a cluster lives. Normally in the data folder itself. When Postgres' account cannot get there (started by
 * root below a closed folder such as /root), in a folder of its own under /var/tmp, named in `location`; a copy of
 * the binaries goes there too when they cannot be reached either.
 */
export interface Place {
  /** Ours: log, url, who uses the server. */
  readonly dataDir: string
  /** Holds `data` (Postgres' own) and `password`. */
  readonly cluster: string
  readonly data: string
  readonly password: string
  readonly log: string
  readonly url: string
  readonly users: string
  readonly binaries: Binaries
}

const OPEN_ROOT = '/var/tmp'
/** Others may pass through to what is theirs, but not look around. */
const PASSABLE = 0o711

export const findPlace = async (dataDir: string, installed: Binaries, account?: Account): Promise<Place> => {
  const folder = resolve(dataDir)
  mkdirSync(join(folder, 'users'), { recursive: true, mode: PASSABLE })
  const base = findBase(folder, account)
  const cluster = join(base, 'cluster')
  return {
    dataDir: folder,
    cluster,
    data: join(cluster, 'data'),
    password: join(cluster, 'password'),
    log: join(folder, 'postgres.log'),
    url: join(folder, 'url'),
    users: join(folder, 'users'),
    binaries: canRun(account, installed.postgres) ? installed : await copyBinaries(installed, base),
  }
}

const findBase = (folder: string, account?: Account): string => {
  const location = join(folder, 'location')
  if (existsSync(location)) return readLocation(location)
  if (existsSync(join(folder, 'cluster')) || canEnter(account, folder)) return folder
  // mkdtemp, not a name that can be told beforehand: anyone may write to /var/tmp.
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  const base = mkdtempSync(join(OPEN_ROOT, `millrace-${hash}-`))
  chmodSync(base, PASSABLE)
  return recordLocation(location, base)
}

/** The first of several processes wins: a link fails where the name exists, and shows the whole file at once. */
const recordLocation = (location: string, base: string): string => {
  const draft = `${location}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, base)
  try {
    linkSync(draft, location)
    return base
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    rmSync(base, { recursive: true })
    return readLocation(location)
  } finally {
    rmSync(draft)
  }
}

const readLocation = (location: string): string => {
  const base = readFileSync(location, 'utf8')
  if (!existsSync(base))
    throw new Error(
      `${location} names ${base}, which is gone. Remove ${location} to start with an empty database.`,
    )
  return base
}

/** 60 MB, once for a version: the name of the folder carries the hash of where it came from. */
const copyBinaries = async (installed: Binaries, base: string): Promise<Binaries> => {
  const version = createHash('sha256').update(installed.root).digest('hex').slice(0, 8)
  const root = join(base, `postgres-${version}`)
  if (!existsSync(root)) {
    const draft = mkdtempSync(`${root}-`)
    await cp(installed.root, draft, { recursive: true, verbatimSymlinks: true })
    chmodSync(draft, 0o755)
    publishFolder(draft, root)
  }
  return binariesIn(root)
}
