import { z } from 'zod'

export const role = z.enum(['viewer', 'editor', 'operator', 'admin'])
export type Role = z.infer<typeof role>

/** What a route may require. Roles map to sets of these in packages/auth. */
export const permission = z.enum([
  'workflow.read',
  'workflow.write',
  'workflow.publish',
  'run.read',
  'run.start',
  'run.operate',
  'approval.decide',
  'credential.read',
  'credential.write',
])
export type Permission = z.infer<typeof permission>

/** Where the refresh token goes: into a cookie that no script can read, or into the answer, for programs that keep it. */
const refresh = z.enum(['cookie', 'answer']).default('cookie')
export const loginBody = z.strictObject({
  email: z.email().max(254),
  password: z.string().min(1).max(1_000),
  refresh,
})
/** With a token of its own a program needs no cookie; it works once, and the answer brings the next. */
export const refreshBody = z.strictObject({ refreshToken: z.string().min(1).max(200).optional() }).nullish()
export const tokenAnswer = z.object({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.int(),
  /** Where the caller keeps it. Valid for 30 days, once. */
  refreshToken: z.string().optional(),
  workspace: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), email: z.string(), role }),
})
export type TokenAnswer = z.infer<typeof tokenAnswer>
export const meAnswer = tokenAnswer.pick({ workspace: true, user: true })
