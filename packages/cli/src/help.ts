import { isCommandName } from './arguments.js'
import { printLine, type Terminal } from './terminal.js'

const OVERVIEW = `millrace: draw, run, watch and repair workflows

Usage: millrace <command> [options]

  login                sign in and remember the token
  workflows            list the workflows
  validate <file>      check a definition, print every problem
  deploy <file>        create or update a workflow and publish it
  run <workflow>       start a run
  list                 list the latest runs
  status <run>         show a run and its steps
  watch <run>          follow a run until it ends
  cancel <run>         cancel a run
  pause <run>          let running steps end, then rest
  resume <run>         go on with a paused run
  retry <run>          make a new run of a finished one, keeping what completed
  rerun <run> <step>   make a new run from one step on
  undo <run>           make a new run that undoes what a finished one has done
  events publish       start what listens for an event, resume what waits for it
  bulk <action>        cancel, pause, resume or retry many runs
  dead-letters         list, discard or redrive runs the engine gave up
  approvals            list what waits for my decision
  approve <approval>   approve, with a form if it asks for one
  reject <approval>    reject
  help [command]       show this, or the options of a command

Options of every command:
  --url <url>          where Millrace answers (MILLRACE_URL; default: the last login, else http://localhost:3000)
  --json               print JSON
  -h, --help

MILLRACE_TOKEN stands in for a login; NO_COLOR turns colours off.
Exit codes: 0 done, 1 the run did not complete or the definition has problems, 2 wrong usage, 3 the API refused.`

const TOPICS: Readonly<Record<string, string>> = {
  login: `millrace login [--email <email>] [--password <password>]

Asks for what is not given. Keeps the token in ~/.config/millrace/config.json, readable by you alone.
Next to a local Millrace's data (.millrace/owner.json) no login is needed.`,
  workflows: 'millrace workflows',
  validate: `millrace validate <file>

Checks the shape offline, and everything else by the server when it can be reached.`,
  deploy: `millrace deploy <file | -> [-m, --message <text>] [--force]

Publishes the file as the workflow that it names, and prints the URLs of its webhooks. With any problem nothing changes.
  --force   replace the draft even where it holds changes that nobody has published`,
  run: `millrace run <workflow> [options]

  -i, --input <json | @file>   the input of the run
  -w, --watch                  follow the run until it ends
  --idempotency-key <key>      the same key starts one run, however often it is sent
  --trigger <node>             the trigger to fire; the manual one by default
  --version <number>           the version to run; the published one by default`,
  list: 'millrace list [--workflow <workflow>] [--status <status>] [--limit <1..200, default 20>]',
  status: 'millrace status <run>',
  watch: `millrace watch <run>

With --json, prints each event as a line of JSON. Ctrl-C stops watching; the run goes on.`,
  cancel: 'millrace cancel <run> [--reason <text>]',
  pause: 'millrace pause <run> [-w, --watch]',
  resume: 'millrace resume <run> [-w, --watch]',
  retry: `millrace retry <run> [options]

  --from-start     run everything again, instead of what did not end well
  --latest         on the version published now
  --confirm        completed writes may happen again
  --dry-run        say which steps are kept and which run
  -w, --watch      follow the new run until it ends`,
  rerun: `millrace rerun <run> <step> [options]

  -i, --input <json | @file>   another input for the steps that run again
  --latest         on the version published now
  --confirm        completed writes may happen again
  --dry-run        say which steps are kept and which run
  -w, --watch      follow the new run until it ends`,
  undo: `millrace undo <run> [options]

  --dry-run        say which steps undo it
  -w, --watch      follow the new run until it ends

Asked again, gives the same run; after one that failed, a new one tries what is left.`,
  bulk: `millrace bulk <cancel | pause | resume | retry> [filter] [options]

  --workflow <workflow>  --status <status>  --error-code <code>  --from <time>  --to <time>
  --latest, --confirm    as for retry
  -y, --yes              do not only count: do it, and follow it to its end`,
  'dead-letters': `millrace dead-letters [--show | --discard | --redrive <fingerprint>] [options]

Without one of them, lists the fingerprints: runs of one fingerprint most likely have the same cause.
  --show <fingerprint>      its runs
  --discard <fingerprint>   put them aside; needs --reason <text>
  --redrive <fingerprint>   retry each as a new linked run, on the version published now
  --same                    redrive on the version they had
  --confirm                 completed writes may happen again`,
  events: `millrace events publish <event> [options]

  --key <key>                    what it is about; waits and triggers may ask for one
  -p, --payload <json | @file>   what it carries
  --id <id>                      its id with the sender: sent again under it, it happens once`,
  approvals: 'millrace approvals [--all]',
  approve: 'millrace approve <approval> [--comment <text>] [--data <json | @file>]',
  reject: 'millrace reject <approval> [--comment <text>] [--data <json | @file>]',
}

export const printHelp = (terminal: Terminal, topic: string | undefined): void => {
  const known = topic !== undefined && isCommandName(topic) ? TOPICS[topic] : undefined
  printLine(terminal, known === undefined ? OVERVIEW : `Usage: ${known}`)
}
