/**
 * The error catalogue: every code that a caller or a step can meet, with its HTTP status, whether trying again
 * may help, and a hint that says what to do. Codes are stable; messages may change.
 */
const entry = (status: number, title: string, hint: string, retryable = false) => ({
  status,
  title,
  hint,
  retryable,
})

export const ERRORS = {
  // requests
  MALFORMED_JSON: entry(
    400,
    'The body is not valid JSON',
    'Send UTF-8 JSON; check quotes, commas and encoding.',
  ),
  INVALID_REQUEST: entry(
    400,
    'The request does not match its schema',
    'See `errors` for each field; the schemas are at /api/docs.',
  ),
  NUMBER_TOO_LARGE: entry(
    400,
    'A number is too large',
    'Numbers go to ±1.8e308, the largest double. Send a larger one as text.',
  ),
  JSON_TOO_DEEP: entry(400, 'The JSON is nested too deeply', 'Nest at most 100 levels.'),
  BODY_TOO_LARGE: entry(413, 'The body is too large', 'Send at most 1 MB, or pass a reference to the data.'),
  HEADERS_TOO_LARGE: entry(431, 'URL and headers are too large', 'Send at most 16 KB of them.'),
  UNSUPPORTED_MEDIA_TYPE: entry(415, 'This content type is not accepted here', 'Send application/json.'),
  UNSUPPORTED_CONTENT_CODING: entry(
    415,
    'This content coding is not accepted here',
    'Send the body as it is; a webhook takes gzip, deflate and br, too.',
  ),
  EXPECTATION_FAILED: entry(
    417,
    'What the Expect header asks for is not given here',
    'Leave the header out, or send `Expect: 100-continue`.',
  ),
  PRECONDITION_FAILED: entry(
    412,
    'What the request was to depend on does not hold',
    'Leave If-Match and If-Unmodified-Since out, or read the resource again.',
  ),
  METHOD_NOT_ALLOWED: entry(
    405,
    'This method is not allowed here',
    'See /api/docs for the methods of this path.',
  ),
  NOT_FOUND: entry(404, 'There is nothing here', 'Check the id; it may belong to another workspace.'),
  UNAUTHENTICATED: entry(401, 'No valid token', 'Sign in and send `Authorization: Bearer <access token>`.'),
  INVALID_CREDENTIALS: entry(
    401,
    'E-mail or password is wrong',
    'Check both; after 5 failures the account is locked for a while.',
  ),
  ACCOUNT_LOCKED: entry(429, 'Too many failed sign-ins', 'Wait as long as Retry-After says.', true),
  FORBIDDEN: entry(
    403,
    'Your role does not allow this',
    'Ask an admin of the workspace for the permission named in the message.',
  ),
  RATE_LIMITED: entry(429, 'Too many requests', 'Wait as long as Retry-After says.', true),
  UNAVAILABLE: entry(
    503,
    'A part of Millrace cannot be reached',
    'Try again; nothing was lost. /health/ready says which part.',
    true,
  ),
  NOT_MILLRACE: entry(
    502,
    'What answers is not Millrace',
    'Check the URL, and that client and server have the same version.',
  ),
  INTERNAL: entry(
    500,
    'Something went wrong inside Millrace',
    'Report the request id; the log has the details.',
    true,
  ),

  // workflows
  WORKFLOW_NAME_TAKEN: entry(409, 'A workflow of this name exists', 'Choose another name.'),
  DRAFT_CONFLICT: entry(
    409,
    'The draft has changed since you read it',
    'Read it again and apply your change to the newer revision.',
  ),
  INVALID_DEFINITION: entry(
    422,
    'The definition has problems',
    'See `problems`: each has a JSON pointer and a hint.',
  ),
  WORKFLOW_DELETED: entry(
    409,
    'The workflow of this run has been deleted',
    'Runs under way go on to their end and nothing new starts: import the definition as a new workflow.',
  ),
  NOT_PUBLISHED: entry(409, 'The workflow has no published version', 'Publish it first.'),
  NO_SUCH_TRIGGER: entry(
    422,
    'The version has no such trigger',
    'Name one of its triggers, or add a manual trigger and publish.',
  ),
  WEBHOOK_PATH_TAKEN: entry(409, 'Another workflow listens on this webhook path', 'Choose another path.'),
  UNKNOWN_FORMAT: entry(
    422,
    'This is neither a millrace/v1 nor a linear definition',
    'See docs for both formats.',
  ),

  // runs
  IDEMPOTENCY_KEY_REUSED: entry(
    422,
    'This idempotency key was used with another body',
    'Use a new key for a new request.',
  ),
  CONCURRENCY_LIMIT: entry(
    429,
    'As many runs as the workflow allows are under way',
    'Try again when one has ended, or raise `settings.concurrency.limit`.',
    true,
  ),
  DEBOUNCED: entry(
    409,
    'A later start has taken the place of this one',
    'See `details.runId`: `settings.debounce` lets the last of several starts run.',
  ),
  RUN_FINISHED: entry(409, 'The run has already finished', 'Start a new run, or retry this one.'),
  RUN_FAILED: entry(
    500,
    'The run ended without success',
    'Look the run up by its `runId`; its events say which step failed and why.',
  ),
  RUN_NOT_FINISHED: entry(
    409,
    'The run has not finished',
    'Only a finished run is retried: cancel this one first, or wait for its end.',
  ),
  CONFIRM_REQUIRED: entry(
    409,
    'Writes to the outside would happen again',
    'See `repeatedWrites`; send `confirm: true` to go on.',
  ),
  NOTHING_TO_RETRY: entry(
    409,
    'Nothing of this run is left to do',
    'Every step has ended well: run it from the start, or from a step.',
  ),
  NOTHING_TO_UNDO: entry(
    409,
    'Nothing of this run can be undone',
    'No step that it completed declares `compensate`, or all of them have been undone.',
  ),
  BULK_TOO_LARGE: entry(
    422,
    'The action would fall on more than 100,000 runs',
    'Narrow the filter, and go on with the rest afterwards.',
  ),
  BULK_NOT_OPEN: entry(
    409,
    'There is no bulk operation to start or stop here',
    'A preview is confirmed within 15 minutes; a finished operation stays as it is.',
  ),
  NO_SUCH_STEP: entry(
    422,
    'The version has no such step',
    'Name a node of the definition; a container runs again as a whole.',
  ),
  NO_SAMPLE: entry(
    422,
    'The step has no data to run with',
    'Run the workflow up to here first, or pin an output of a step before it.',
  ),
  WAIT_RESOLVED: entry(409, 'This wait has already been resolved', 'Nothing more to do.'),
  TASK_LOST: entry(
    409,
    'This task is no longer yours',
    'Stop working on it: its lease ran out and another has it, or its run has gone on.',
  ),
  NOT_ASKED: entry(
    403,
    'This approval does not ask you',
    'See its `assignees`; it may not be for the one who started the run.',
  ),
  INVALID_RESUME_TOKEN: entry(
    401,
    'This resume URL is not one Millrace has signed',
    'Use the URL exactly as the run gave it.',
  ),

  // webhooks
  WEBHOOK_NOT_FOUND: entry(
    404,
    'No published workflow listens here',
    'A webhook is called at /hooks/<workspace>/<path>, as `millrace workflows` shows: check all three and the method; publish the workflow.',
  ),
  WEBHOOK_UNAUTHORIZED: entry(
    401,
    'The webhook refused this request',
    'Check the signature, key or token and its secret.',
  ),
  WEBHOOK_NOT_CONFIGURED: entry(
    401,
    'The webhook has no usable secret',
    'Set its credential; without one it refuses everything.',
  ),

  // credentials
  CREDENTIAL_NOT_FOUND: entry(
    422,
    'The credential does not exist in this workspace',
    'Create it, or name another.',
  ),
  CREDENTIAL_NAME_TAKEN: entry(
    409,
    'A credential of this name exists',
    'Choose another name, or delete the old one.',
  ),
  CREDENTIAL_UNREADABLE: entry(
    422,
    'The credential cannot be decrypted',
    'The master key has changed: enter the credential again.',
  ),
  CREDENTIAL_NOT_TESTABLE: entry(
    422,
    'A credential of this type cannot be tested by itself',
    'A secret may be anything: what uses it will tell.',
  ),

  // steps
  EXPRESSION_FAILED: entry(
    422,
    'An expression failed',
    'See the message for the place; test it on the data of this run.',
  ),
  EXPRESSION_LIMIT: entry(
    422,
    'An expression is over its limits',
    'Simplify it, or give it less data: it may take 1,000,000 steps, and make lists of 1,000,000 items and texts of 10,000,000 characters.',
  ),
  INVALID_PARAMS: entry(
    422,
    'The resolved parameters do not match the node',
    'See the message for the field.',
  ),
  SCRIPT_FAILED: entry(422, 'The script threw', 'See the message, which names the line.', true),
  SCRIPT_LIMIT: entry(422, 'The script used too much time or memory', 'The limits are 5 s of CPU and 64 MB.'),
  STEP_TIMEOUT: entry(
    504,
    'The attempt took longer than its timeout',
    'Raise `timeoutMs`, or make the step faster.',
    true,
  ),
  ITEM_FAILED: entry(
    500,
    'An item of the map failed',
    'See `details.error`; `onItemError: collect` lets the other items go on.',
  ),
  ITERATIONS_EXHAUSTED: entry(
    500,
    'The loop ended before its condition held',
    'Raise `maxIterations`, or mend the condition in `until`.',
  ),
  RUN_STOPPED: entry(500, 'A step stopped the run', 'See the message, which the workflow gives.'),
  TASK_FAILED: entry(502, 'The program that took the task gave it up', 'See the message.', true),
  CHILD_FAILED: entry(502, 'The run that was called has failed', 'See `details.runId`.', true),
  CHILD_CANCELLED: entry(502, 'The run that was called was cancelled', 'See `details.runId`.'),
  CALL_TOO_DEEP: entry(
    422,
    'Runs call runs more than 32 deep',
    'Most likely a workflow calls itself without an end: check the condition before the call.',
  ),
  EVENT_TOO_DEEP: entry(
    422,
    'Events start runs that publish events, more than 32 in a line',
    'Most likely a workflow publishes what starts it: check the condition before the step.',
  ),
  WAIT_TIMED_OUT: entry(
    504,
    'Nothing came before the deadline of the wait',
    'Raise its `timeout`, or lead on from its timeout port (`onTimeout: port`).',
  ),
  RUN_TIMEOUT: entry(504, 'The run took longer than its timeout', 'Raise `settings.timeoutMs`.'),
  HTTP_BLOCKED: entry(
    422,
    'This address may not be called',
    'Private addresses are blocked; allow them by CIDR in HTTP_ALLOW_PRIVATE.',
  ),
  HTTP_FAILED: entry(502, 'The HTTP call failed', 'See the message; the step retries by its policy.', true),
  CIRCUIT_OPEN: entry(
    503,
    'The upstream is left alone for a while',
    'It has failed again and again. The step waits until it may be tried again, and uses up no attempt meanwhile.',
    true,
  ),
  HTTP_STATUS: entry(
    502,
    'The other side answered with an error status',
    'See `details.status` and `details.body`.',
    true,
  ),
  HTTP_RESPONSE_TOO_LARGE: entry(
    502,
    'The response is too large',
    'The limit is 10 MB for each answer. Ask for less: fewer fields, a range, or pages (`pagination`).',
  ),
  HTTP_INVALID_URL: entry(422, 'The URL is not valid', 'Use an absolute http or https URL.'),
  QUERY_FAILED: entry(502, 'The query failed', 'See the message of the database.'),
  QUERY_WRITES: entry(
    422,
    'The statement writes, and the step only reads',
    'Leave `readOnly` off for a statement that writes or locks rows, or write one that only reads.',
  ),
  DATABASE_UNREACHABLE: entry(
    502,
    'The database cannot be reached',
    'Check host, port and credential.',
    true,
  ),
  OUTPUT_TOO_LARGE: entry(
    422,
    'The output is too large',
    'An output may have 32 MB, an answer of a database 64 MB. Return less, or store it and return a reference.',
  ),
  UNSTORABLE_VALUE: entry(
    422,
    'A value cannot be stored',
    'Take out what the message names: U+0000, half of a surrogate pair, or a key called __proto__.',
  ),
  UNSTORABLE_OUTPUT: entry(
    422,
    'The output cannot be stored',
    'See the message; remove the offending value.',
  ),
  REUSED_OUTPUT_GONE: entry(
    500,
    'The outcome to reuse is no longer there',
    'Retry from the start, or rerun from this step.',
  ),
  WORKER_LOST: entry(
    500,
    'The worker was lost or stopped during the attempt',
    'The step runs again with the same idempotency key.',
    true,
  ),
  CRASHED_STEP: entry(
    500,
    'The worker was lost or stopped during a step with `onCrash: fail`',
    'Check the outside, then retry the run by hand.',
  ),
  POISON: entry(
    500,
    'The run killed its workers',
    'It died in a process of its own as well. See `details.step`: the size of its data, its memory; then retry the run.',
  ),
  NODE_FAILED: entry(500, 'The node threw', 'See the message.'),
  COMPENSATION_FAILED: entry(
    500,
    'What the run had done could not be undone in full',
    'See `details`: mend what stopped the steps named there, then undo the run, which tries the rest again.',
  ),
  UNROUTED_ERROR: entry(
    500,
    'The step failed and no error edge was taken',
    'Add an error edge, or change `onError`.',
  ),
} as const

export type ErrorCode = keyof typeof ERRORS

export interface ErrorExtras {
  readonly cause?: unknown
  readonly retryAfterMs?: number
  /** Goes into the problem document beside the standard members. */
  readonly details?: Record<string, unknown>
}

/** An error with a code from the catalogue. The message says what happened and where. */
export class MillraceError extends Error {
  readonly code: ErrorCode
  readonly extras: ErrorExtras

  constructor(code: ErrorCode, message?: string, extras: ErrorExtras = {}) {
    super(message ?? ERRORS[code].title, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.name = 'MillraceError'
    this.code = code
    this.extras = extras
  }

  get status(): number {
    return ERRORS[this.code].status
  }
  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }
  get hint(): string {
    return ERRORS[this.code].hint
  }
}

/** RFC 9457 problem document. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  readonly hint: string
  readonly requestId?: string
  readonly [extension: string]: unknown
}

export const toProblem = (error: MillraceError, requestId?: string): Problem => ({
  ...error.extras.details,
  type: `urn:millrace:error:${error.code}`,
  title: ERRORS[error.code].title,
  status: error.status,
  code: error.code,
  detail: error.message,
  hint: error.hint,
  ...(requestId === undefined ? {} : { requestId }),
})
