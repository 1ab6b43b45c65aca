// What a person and a system outside do with the containers: sign in, deploy, deliver a webhook, watch the run, while the
// runner is restarted too.
//   node play.mjs URL OWNER_FILE ROOT
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const [url, ownerFile, root] = process.argv.slice(2)
const { createClient } = await import(pathToFileURL(`${root}/packages/sdk/dist/index.js`).href)
const run = promisify(execFile)
const say = (line) => console.log(`containers: ${line}`)

/** `hook → greet → nap → done` */
const definition = (name, duration) => ({
  format: 'millrace/v1',
  name,
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: { path: name, auth: { kind: 'none' } } },
    { id: 'greet', type: 'transform.json', params: { value: { hello: '{{ trigger.body.name }}' } } },
    { id: 'nap', type: 'flow.delay', params: { duration } },
    { id: 'done', type: 'log.message', params: { message: '{{ steps.greet.output.hello }}' } },
  ],
  edges: [
    { from: 'hook', to: 'greet' },
    { from: 'greet', to: 'nap' },
    { from: 'nap', to: 'done' },
  ],
})

const deliver = async (name) => {
  const answer = await fetch(`${url}/hooks/default/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  })
  const { runId } = await answer.json()
  assert.equal(answer.status, 202)
  return runId
}

/** Every event to the end, each once and in order, as one viewer sees them. */
const watch = async (client, runId, onEvent = () => {}) => {
  const events = []
  for await (const event of client.runs.watch(runId)) {
    events.push(event)
    onEvent(event)
  }
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  )
  assert.deepEqual([events.at(-1).type, events.at(-1).status], ['run_finished', 'completed'])
  return events
}

const page = await fetch(url)
assert.equal(page.status, 200)
assert.match(await page.text(), /<title>Millrace/)

const { email, password } = JSON.parse(readFileSync(ownerFile, 'utf8'))
const client = createClient({ baseUrl: url })
await client.auth.login(email, password)
say('signed in as the owner')

await client.workflows.import(definition('trial-short', '1s'), { publish: true })
await client.workflows.import(definition('trial-long', '30s'), { publish: true })
const events = await watch(client, await deliver('trial-short'))
say(`a webhook started a run, and its stream brought ${events.length} events to the end`)

const long = await deliver('trial-long')
const seen = [0, 0, 0]
let started
const underWay = new Promise((resolve) => {
  started = resolve
})
const viewers = seen.map((_, viewer) =>
  watch(client, long, () => {
    seen[viewer] += 1
    if (seen.every((count) => count > 0)) started()
  }),
)
await underWay
await run('docker', ['compose', 'restart', 'runner'])
say('the runner was restarted under three viewers')
await Promise.all(viewers)
assert.equal((await client.runs.get(long)).status, 'completed')
say(`all three came back and saw ${seen[0]} events, each once and in order`)
