import { performance } from 'node:perf_hooks'
import type { DefinitionInput } from '@millrace/contracts'
import { getQuickJS } from 'quickjs-emscripten'
import type { Environment } from '../environment.js'
import { type Figure, median } from './figure.js'
import { type Load, runSeconds } from './load.js'

const FIB = (n: number) => `const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); return fib(${n})`
const ROUNDS = 5

/** Scripts one after the other in one run: what a step costs, and what the sandbox adds to a long computation. */
export async function measureScripts(environment: Environment, load: Load): Promise<Figure[]> {
  load.startWorker()
  const light = await secondsOf(environment, load, scripts('light', 40, FIB(10)))
  const long = await secondsOf(environment, load, scripts('long', 10, FIB(33)))
  await load.stopWorkers()
  return [
    {
      figure: '40 sequential scripts, fib(10), against bare QuickJS in contexts of their own',
      bound: 'max',
      limit: 2,
      measured: light / (await bareContextSeconds(40, FIB(10))),
      unit: '×',
    },
    {
      figure: '10 sequential scripts, fib(33), against bare QuickJS',
      bound: 'max',
      limit: 1.3,
      measured: long / (await bareSeconds(10, FIB(33))),
      unit: '×',
    },
  ]
}

function scripts(name: string, length: number, code: string): DefinitionInput {
  const ids = Array.from({ length }, (_, i) => `s${i}`)
  return {
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'hook', type: 'trigger.webhook', params: { path: name, auth: { kind: 'none' } } },
      ...ids.map((id) => ({ id, type: 'transform.script', params: { code } })),
    ],
    edges: ids.map((id, i) => ({ from: i === 0 ? 'hook' : `s${i - 1}`, to: id })),
  }
}

async function secondsOf(environment: Environment, load: Load, input: DefinitionInput): Promise<number> {
  const runIds = await load.runOneByOne(input, ROUNDS)
  return median(await runSeconds(environment, runIds))
}

async function bareContextSeconds(times: number, code: string): Promise<number> {
  const quickjs = await getQuickJS()
  const startedAt = performance.now()
  for (let i = 0; i < times; i++) {
    const context = quickjs.newContext()
    context.unwrapResult(context.evalCode(`(function () { ${code} })()`)).dispose()
    context.dispose()
  }
  return (performance.now() - startedAt) / 1_000
}

async function bareSeconds(times: number, code: string): Promise<number> {
  const quickjs = await getQuickJS()
  const startedAt = performance.now()
  for (let i = 0; i < times; i++) quickjs.evalCode(`(function () { ${code} })()`)
  return (performance.now() - startedAt) / 1_000
}
