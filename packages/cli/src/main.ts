#!/usr/bin/env node
import { homedir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import pc from 'picocolors'
import { runCli } from './cli.js'
import { askOnTerminal } from './prompt.js'

const catchInterrupt = (): AbortSignal => {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  return stop.signal
}

// `millrace list | head` closes the pipe early: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCli(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  tty: process.stdout.isTTY === true,
  color: process.stdout.isTTY === true && pc.isColorSupported,
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  ask: process.stdin.isTTY === true ? askOnTerminal : undefined,
  readInput: () => buffer(process.stdin),
  catchInterrupt,
})
