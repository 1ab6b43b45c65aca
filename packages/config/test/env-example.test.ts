import { readFileSync } from 'node:fs'
import { variables } from '@millrace/config'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** Name and the comment line above it. */
const documented = new Map(
  [...read('.env.example').matchAll(/^# (.*)\n([A-Z_]+)=(.*)$/gm)].map((match) => [match[2], match[1]]),
)

test('.env.example documents every variable, in the words of the schema', () => {
  for (const [name, schema] of Object.entries(variables.shape))
    expect(documented.get(name), name).toContain(schema.description)
})

test('whatever else .env.example has is read by docker-compose.yml', () => {
  const compose = read('docker-compose.yml')
  const others = [...documented.keys()].filter((name) => !(`${name}` in variables.shape))
  expect(others).toEqual(['POSTGRES_PASSWORD', 'WORKER_REPLICAS', 'WEB_PORT'])
  for (const name of others) expect(compose).toContain(`\${${name}:`)
})

test('.env.example sets nothing, so that no sample value gets into use', () => {
  expect(read('.env.example')).not.toMatch(/^[A-Z_]+=.+$/m)
})
