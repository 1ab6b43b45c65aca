import { setTimeout as delay } from 'node:timers/promises'
import type { BulkOperation } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { BulkCommand } from '../command.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

const LOOK_EVERY_MS = 500

/** Counts what an action would fall on; with `yes` does it. Ctrl-C aborts what is left of it. */
export const bulk = async (
  terminal: Terminal,
  client: Client,
  { action, filter, latest, confirm, yes }: BulkCommand,
  json: boolean,
): Promise<ExitCode> => {
  const version = latest ? 'latest' : 'same'
  const preview = await client.bulk.preview({ action, filter, version, confirm })
  if (!yes) {
    if (json) printJson(terminal, preview)
    else printLine(terminal, `${preview.count} runs to ${action}. Add --yes to do it.`)
    return EXIT.ok
  }
  const signal = terminal.catchInterrupt()
  let operation = await client.bulk.start(preview.token)
  while (operation.status === 'running') {
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    operation = signal.aborted ? await client.bulk.abort(operation.id) : await client.bulk.get(operation.id)
  }
  if (json) printJson(terminal, operation)
  else printOperation(terminal, operation)
  return operation.status === 'completed' && operation.failed === 0 ? EXIT.ok : EXIT.failed
}

const printOperation = (terminal: Terminal, operation: BulkOperation): void => {
  const { status, total, done, skipped, failed, errors } = operation
  printLine(terminal, `${status}: ${done} of ${total} done, ${skipped} skipped, ${failed} failed`)
  for (const { runId, code, message } of errors)
    printLine(terminal, `  ${runId}  ${code}  ${printable(message)}`)
}
