import type { RunEvent } from '@millrace/contracts'

/** A run with a bit of everything: a retry, a wait, a handled failure, a skip, and data that attacks terminals. */
export const recordedRun: RunEvent[] = [
  { seq: 1, at: 1_000, type: 'run_started', trigger: 'hook' },
  { seq: 2, at: 1_000, type: 'step_succeeded', path: 'hook', attempt: 1, taken: [0] },
  { seq: 3, at: 1_002, type: 'step_started', path: 'fetch', attempt: 1 },
  {
    seq: 4,
    at: 1_120,
    type: 'step_retrying',
    path: 'fetch',
    attempt: 1,
    error: { code: 'HTTP_STATUS', message: 'The other side answered 503' },
    dueAt: 1_620,
    counted: true,
  },
  { seq: 5, at: 1_620, type: 'step_started', path: 'fetch', attempt: 2 },
  {
    seq: 6,
    at: 1_650,
    type: 'step_log',
    path: 'fetch',
    attempt: 2,
    level: 'info',
    message: '\u001b[2J\u001b]0;owned\u0007got\r\nit\u202e',
  },
  { seq: 7, at: 1_700, type: 'step_succeeded', path: 'fetch', attempt: 2, taken: [1, 2] },
  { seq: 8, at: 1_701, type: 'step_started', path: 'charge', attempt: 1 },
  {
    seq: 9,
    at: 1_701,
    type: 'step_waiting',
    path: 'pause',
    attempt: 1,
    wait: { kind: 'timer', dueAt: 61_701 },
  },
  {
    seq: 10,
    at: 2_900,
    type: 'step_failed',
    path: 'charge',
    attempt: 1,
    error: { code: 'HTTP_STATUS', message: 'The other side answered 402' },
    handled: true,
    taken: [3],
  },
  { seq: 11, at: 2_900, type: 'step_skipped', path: 'ship', attempt: 0 },
  { seq: 12, at: 2_901, type: 'run_waiting', until: 61_701 },
  { seq: 13, at: 61_702, type: 'run_resumed' },
  { seq: 14, at: 61_702, type: 'step_succeeded', path: 'pause', attempt: 1, taken: [] },
  { seq: 15, at: 61_703, type: 'run_finished', status: 'completed' },
]

export const recordedSteps = ['hook', 'fetch', 'pause', 'charge', 'ship', 'later']

export const failedRun: RunEvent[] = [
  { seq: 1, at: 0, type: 'run_started', trigger: 'hook' },
  { seq: 2, at: 1, type: 'step_started', path: 'fetch', attempt: 1 },
  {
    seq: 3,
    at: 90,
    type: 'step_failed',
    path: 'fetch',
    attempt: 1,
    error: { code: 'HTTP_FAILED', message: 'getaddrinfo ENOTFOUND crm.example' },
    handled: false,
    taken: [],
  },
  {
    seq: 4,
    at: 90,
    type: 'run_finished',
    status: 'failed',
    error: { code: 'HTTP_FAILED', message: 'getaddrinfo ENOTFOUND crm.example' },
  },
]
