import type { WorkspacePackage } from './workspace.js'

/**
 * JSON.parse, and `json()` of a Response, round integers beyond 2^53: what comes from outside, or holds data of a run, is read
 * by `parseJson` of packages/contracts. A file stands here where no such number can be, with the reason.
 */
const EXEMPT: Readonly<Record<string, string>> = {
  'packages/auth/src/resume-tokens.ts': 'texts that we have signed',
  'packages/auth/src/vault/credentials.ts': 'a credential has texts only',
  'packages/cli/src/config-file.ts': 'addresses and tokens',
  'packages/cli/src/connection.ts': 'an e-mail address and a password',
  'packages/config/src/secrets.ts': 'secrets, which are texts; the package imports no other',
  'packages/contracts/src/json/parse.ts': 'parseJson itself',
  'packages/contracts/src/json/read-exactly.ts': 'strings and words; it is what reads the numbers',
  'packages/contracts/src/json/repeated-keys.ts': 'a key',
  'packages/feed/src/places.ts': 'our own message: a number of places',
  'packages/feed/src/tasks.ts': 'our own message: texts',
  'packages/sandbox/src/globals.ts': 'inside the sandbox, which is given large integers apart',
  'packages/sandbox/src/host.ts': 'arguments of Intl, which are doubles in a script',
  'packages/sandbox/src/describe-thrown.ts': 'what was thrown: texts',
  'services/runner/src/published/listeners.ts': 'a key of our own: texts',
  'services/runner/src/stream/run-list-changes.ts':
    'our own message: the id is read, the text goes on as it is',
  'services/standalone/src/showcase/showcase.ts': 'the id of a run',
  'services/workflow/src/http/cursor.ts': 'a cursor of ours: texts and small numbers',
  'web/src/api/session.ts': 'tokens',
  'web/src/api/shared-streams/upstream.ts': 'the number of an event, an id; the text goes on as it is',
  'web/src/features/run-console/testing/plain-state.ts': 'only tests use it',
  'web/src/features/runs/use-run-changes.ts': 'our own message: an id, a status, a number of events',
}

/** What runs the product from outside. */
const TOOLS: ReadonlySet<string> = new Set(['bench', 'packages/testkit'])

/** @returns every breach, and every exemption that nobody needs, as a line that says what to do. */
export const checkJson = (
  packages: readonly WorkspacePackage[],
  exempt: Readonly<Record<string, string>> = EXEMPT,
): string[] => {
  const files = packages
    .filter(({ folder }) => !TOOLS.has(folder))
    .flatMap((each) => each.files)
    .filter(({ isTest, parsesPlainly: plain }) => plain && !isTest)
  const found = new Set(files.map(({ path }) => path))
  return [
    ...[...found]
      .filter((path) => !Object.hasOwn(exempt, path))
      .map(
        (path) =>
          `${path} reads JSON with what rounds large integers. Use parseJson of packages/contracts, or say in json-rules.ts why none can be there.`,
      ),
    ...Object.keys(exempt)
      .filter((path) => !found.has(path))
      .map((path) => `${path} needs no exemption any more. Take it out of json-rules.ts.`),
  ]
}
