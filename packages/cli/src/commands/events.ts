import { stringifyJson } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { EventsCommand } from '../command.js'
import { eventLine } from '../console/event-line.js'
import { applyEvent, emptyView } from '../console/run-view.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { readInput } from './run.js'

/** Publishes an event, and says what came of it. */
export const publishEvent = async (
  terminal: Terminal,
  client: Client,
  { event, key, id, ...command }: EventsCommand,
  json: boolean,
): Promise<ExitCode> => {
  const payload = await readInput(terminal, command.payload)
  const answer = await client.events.publish({
    name: event,
    ...(key === undefined ? {} : { key }),
    ...(payload === undefined ? {} : { payload }),
    ...(id === undefined ? {} : { id }),
  })
  if (json) printJson(terminal, answer)
  else if (answer.replayed) printLine(terminal, `Event ${answer.id} has come before: nothing happened again.`)
  else {
    printLine(terminal, `Published event ${answer.id}`)
    for (const runId of answer.started) printLine(terminal, `Started run ${runId}`)
    for (const runId of answer.resumed) printLine(terminal, `Resumed run ${runId}`)
  }
  return EXIT.ok
}

/** The events of a run up to now, without waiting for more. With `json`, a line of JSON for each. */
export const listEvents = async (
  terminal: Terminal,
  client: Client,
  runId: string,
  json: boolean,
): Promise<ExitCode> => {
  const { lastSeq } = await client.runs.get(runId)
  if (lastSeq === 0) return EXIT.ok
  const view = emptyView([])
  for await (const event of client.runs.watch(runId)) {
    applyEvent(view, event)
    printLine(terminal, json ? stringifyJson(event) : eventLine(event, view))
    if (event.seq >= lastSeq) break
  }
  return EXIT.ok
}
