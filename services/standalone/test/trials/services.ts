import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '@millrace/sdk'
import { type NodeProcess, spawnNode } from '@millrace/testkit'

const mainOf = (service: string) =>
  fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url))

export interface Services {
  /** Ready when this resolves. */
  start(service: string, env?: Readonly<Record<string, string>>): Promise<NodeProcess>
  /** One that must not start; gives all that it prints. */
  refusal(service: string, env?: Readonly<Record<string, string>>): Promise<string>
  stop(): Promise<void>
}

/** The services as processes of their own, all with this environment. */
export const servicesWith = (env: Readonly<Record<string, string | undefined>>): Services => {
  const started: NodeProcess[] = []
  const common = {
    REDIS_URL: undefined,
    PORT: '0',
    LOG_LEVEL: 'info',
    JWT_SECRET: randomBytes(48).toString('base64'),
    MASTER_KEY: randomBytes(32).toString('base64'),
    ...env,
  }
  return {
    async start(service, own) {
      const process = await spawnNode(mainOf(service), {
        env: { ...common, ...own },
        readyPattern: new RegExp(`${service} ready`),
      })
      started.push(process)
      return process
    },
    async refusal(service, own) {
      const process = await spawnNode(mainOf(service), { env: { ...common, ...own } })
      await process.exited
      return process.output()
    },
    async stop() {
      for (const process of started) process.kill('SIGTERM')
      await Promise.all(started.map((process) => process.exited))
    },
  }
}

export const urlOf = (process: NodeProcess): string => /"url":"([^"]+)"/.exec(process.output())?.[1] ?? ''

/** A client that is signed in as the first owner, over this way in, and its token for others. */
export const signIn = async (
  baseUrl: string,
  directory: string,
): Promise<{ readonly client: Client; readonly token: string }> => {
  const { email, password } = JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'))
  const client = createClient({ baseUrl })
  const { accessToken } = await client.auth.login(email, password)
  return { client, token: accessToken }
}

/** `start → nap → end` */
export const napping = (name: string, duration: string) => ({
  format: 'millrace/v1',
  name,
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'nap', type: 'flow.delay', params: { duration } },
    { id: 'end', type: 'log.message', params: { message: 'done' } },
  ],
  edges: [
    { from: 'start', to: 'nap' },
    { from: 'nap', to: 'end' },
  ],
})
