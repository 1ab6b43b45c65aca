import ipaddr from 'ipaddr.js'
import { z } from 'zod'

/**
 * Every environment variable the services read, with its meaning. They read none elsewhere. A message
 * never repeats a value: it may be a secret (I8).
 */

const url = (schemes: readonly string[]) =>
  z.string().refine((value) => schemes.includes(URL.parse(value)?.protocol.slice(0, -1) ?? ''), {
    error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number)

const cidrs = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine((list) => list.every((part) => ipaddr.isValidCIDR(part)), {
    error: 'must be CIDR ranges with commas between, such as 10.0.0.0/8,fd00::/8',
  })

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export const variables = z.object({
  DATABASE_URL: url(['postgres', 'postgresql'])
    .optional()
    .describe('Postgres 15 or newer. Without it Millrace starts a Postgres of its own in MILLRACE_DIR.'),
  DATABASE_DIRECT_URL: url(['postgres', 'postgresql'])
    .optional()
    .describe('The same database past a pooler, such as pgbouncer, that DATABASE_URL leads through.'),
  DATABASE_PREPARE: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .optional()
    .describe('Prepared statements over DATABASE_URL: on or off. Default on; off with DATABASE_DIRECT_URL.'),
  REDIS_URL: url(['redis', 'rediss'])
    .optional()
    .describe('One Redis server, 7 or newer, for queue and live feed. Without it both run on Postgres.'),
  MILLRACE_DIR: z
    .string()
    .default('.millrace')
    .describe('Where the embedded default keeps its database, secrets and first password.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 is every interface.'),
  PORT: wholeNumber(0, 65_535).default(3000).describe('Port to listen on; 0 takes any free one.'),
  PUBLIC_URL: url(['http', 'https'])
    .optional()
    .describe('How others reach this server; used in links. Default http://localhost:PORT.'),
  TRUST_PROXY: cidrs
    .optional()
    .describe('CIDR ranges of reverse proxies whose X-Forwarded headers are believed. Default: nobody.'),
  JWT_SECRET: z
    .string()
    .optional()
    .describe('Signs access tokens; 32 characters or more. Make one with: openssl rand -base64 48'),
  MASTER_KEY: z
    .string()
    .optional()
    .describe('Encrypts credentials; 32 bytes in base64. Make one with: openssl rand -base64 32'),
  METRICS_TOKEN: z
    .string()
    .min(16, { error: 'must have 16 characters or more' })
    .optional()
    .describe('Bearer token that reads /metrics from other machines. Without it only loopback may.'),
  WORKERS: wholeNumber(0, 64)
    .default(0)
    .describe('Worker processes beside the worker inside the standalone process.'),
  WORKER_CONCURRENCY: wholeNumber(1, 2_000)
    .default(200)
    .describe(
      'Runs that one worker advances at the same time; a sixteenth more where their workspaces have no other there.',
    ),
  WORKER_MAX_HELD: wholeNumber(1, 100_000)
    .default(5_000)
    .describe('Runs one worker keeps in memory, those whose steps wait on the outside included.'),
  LEASE_MS: wholeNumber(1_000, 600_000)
    .default(15_000)
    .describe('Milliseconds after which the runs of a silent worker go to another one.'),
  DRAIN_MS: wholeNumber(0, 600_000)
    .default(3_000)
    .describe('Milliseconds that a worker which is told to stop gives its steps to end.'),
  HTTP_ALLOW_PRIVATE: cidrs
    .optional()
    .describe(
      'Private ranges (CIDR) that workflows may call. Default: none; with the own Postgres, loopback.',
    ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(' ')}` })
    .default('info')
    .describe('Least severe log lines to print.'),
  NODE_ENV: z.string().optional().describe('production: secrets must be given, none are made up.'),
})

export type Variables = z.infer<typeof variables>
