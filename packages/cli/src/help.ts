import { isCommandName } from './arguments.js'
import { printLine, type Terminal } from './terminal.js'

const OVERVIEW = `millrace: draw, run, watch and repair workflows

Usage: millrace <command> [options]

  login                sign in and remember it
  logout               forget the sign-in, and end it
  whoami               show who is signed in, and where
  workflows            list the workflows
  validate <file>      check a definition, print every problem
  deploy <file>        create or update a workflow and publish it
  run <workflow>       start a run
  list                 list the latest runs
  status <run>         show a run and its steps
  watch <run>          follow a run until it ends
  result <run>         print the output of a run, as JSON and nothing else
  cancel <run>         cancel a run
  pause <run>          let running steps end, then rest
  resume <run>         go on with a paused run
  retry <run>          make a new run of a finished one, keeping what completed
  rerun <run> <step>   make a new run from one step on
  undo <run>           make a new run that undoes what a finished one has done
  events publish       start what listens for an event, resume what waits for it
  events list <run>    print the events of a run up to now
  bulk <action>        cancel, pause, resume or retry many runs
  dead-letters         list, discard or redrive runs the engine gave up
  approvals            list what waits for my decision
  approve <approval>   approve, with a form if it asks for one
  reject <approval>    reject
  completion <shell>   print a script that completes commands: bash, zsh or fish
  help [command]       show this, or the options of a command
  --version            show the version

Options of every command:
  --url <url>          where Millrace answers (MILLRACE_URL; default: the last login, else http://localhost:3000)
  --json               print JSON
  -h, --help

A run may be named by the beginning or the end of its id. A file named - is standard input.
MILLRACE_TOKEN stands in for a login; NO_COLOR turns colours off.
Exit codes: 0 done, 1 the run did not complete or the definition has problems, 2 wrong usage, 3 the API refused,
4 the definition was checked without a server only, 130 interrupted.`

const TOPICS: Readonly<Record<string, string>> = {
  login: `millrace login [--email <email>] [--password <password>]

Asks for what is not given; without a terminal, the password is the first line of standard input. Keeps the sign-in in
~/.config/millrace/config.json, readable by you alone, and renews it for as long as it is used within 30 days.
Next to a local Millrace's data (owner.json in MILLRACE_DIR, else in .millrace) no login is needed.`,
  logout: 'millrace logout',
  whoami: 'millrace whoami',
  result: `millrace result <run>

Exit code 0 only if the run completed.`,
  completion: `millrace completion <bash | zsh | fish>

The script says in its first lines where it belongs.`,
  workflows: 'millrace workflows',
  validate: `millrace validate <file | -> [--offline]

Asks the server. Where it cannot be asked, checks what this program knows (shape, graph, node types, params, expressions),
says so, and exits with 4 when it finds nothing wrong. With --offline asks no server, and exits with 0 then.`,
  deploy: `millrace deploy <file | -> [-m, --message <text>] [--force]

Publishes the file as the workflow that it names, and prints the URLs of its webhooks. With any problem nothing changes.
  --force   replace the draft even where it holds changes that nobody has published`,
  run: `millrace run <workflow> [options]

  -i, --input <json | @file>   the input of the run; @- is standard input
  -w, --watch                  follow the run until it ends
  --idempotency-key <key>      the same key starts one run, however often it is sent
  --trigger <node>             the trigger to fire; the manual one by default
  --version <number>           the version to run; the published one by default`,
  list: `millrace list [options]

  --workflow <workflow>  --status <status>
  --limit <1..200>       default 20
  --cursor <cursor>      go on where an earlier list ended, which said so`,
  status: 'millrace status <run>',
  watch: `millrace watch <run>

With --json, prints lines of JSON: the run with its id, each event, and the result with the output. Ctrl-C stops watching; the run goes on.`,
  cancel: 'millrace cancel <run> [--reason <text>]',
  pause: 'millrace pause <run> [-w, --watch]',
  resume: 'millrace resume <run> [-w, --watch]',
  retry: `millrace retry <run> [options]

  --from-start     run everything again, instead of what did not end well
  --latest         on the version published now
  --confirm        completed writes, and writes that may have been sent, may happen again
  --dry-run        say which steps are kept and which run
  -w, --watch      follow the new run until it ends`,
  rerun: `millrace rerun <run> <step> [options]

  -i, --input <json | @file>   another input for the steps that run again
  --latest         on the version published now
  --confirm        completed writes, and writes that may have been sent, may happen again
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
  --confirm                 completed writes, and writes that may have been sent, may happen again`,
  events: `millrace events publish <event> [options]
millrace events list <run>

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
