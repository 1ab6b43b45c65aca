import type { Json, StartRunBody } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { InputSource, RunCommand } from '../command.js'
import { readJsonFile } from '../definition-file.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { followRun } from './watch.js'

export const run = async (
  terminal: Terminal,
  client: Client,
  command: RunCommand,
  json: boolean,
): Promise<ExitCode> => {
  const { idempotencyKey } = command
  const answer = await client.runs.start(
    await toBody(terminal, command),
    idempotencyKey === undefined ? {} : { idempotencyKey },
  )
  if (command.watch) return followRun(terminal, client, answer.run, json)
  if (json) printJson(terminal, answer)
  else {
    printLine(
      terminal,
      `${answer.replayed ? 'This key had already started run' : 'Started run'} ${answer.run.id}`,
    )
    printLine(terminal, `Follow it with: millrace watch ${answer.run.id}`)
  }
  return EXIT.ok
}

const toBody = async (terminal: Terminal, command: RunCommand): Promise<StartRunBody> => {
  const input = await readInput(terminal, command.input)
  return {
    workflow: command.workflow,
    ...(command.version === undefined ? {} : { version: command.version }),
    ...(command.trigger === undefined ? {} : { trigger: command.trigger }),
    ...(input === undefined ? {} : { input }),
  }
}

export const readInput = async (terminal: Terminal, source: InputSource): Promise<Json | undefined> => {
  switch (source.kind) {
    case 'none':
      return undefined
    case 'json':
      return source.value
    case 'file':
      return readJsonFile(terminal, source.path)
  }
}
