import type { Permission, Role } from '@millrace/contracts'

/** Who makes a request, and in which workspace: everything the request may touch belongs to it (I9). */
export interface Actor {
  readonly userId: string
  readonly workspaceId: string
  readonly role: Role
  readonly email: string
}

const READ: readonly Permission[] = ['workflow.read', 'run.read', 'approval.decide']

/**
 * What each role may do. Anybody may be asked for an approval: whether they are, each approval says. An editor builds and tries workflows; an operator runs and repairs what is published;
 * neither sees that a credential exists unless the work needs its name; an admin may do everything.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(READ),
  editor: new Set<Permission>([
    ...READ,
    'workflow.write',
    'workflow.publish',
    'run.start',
    'credential.read',
  ]),
  operator: new Set<Permission>([...READ, 'run.start', 'run.operate']),
  admin: new Set<Permission>([
    ...READ,
    'workflow.write',
    'workflow.publish',
    'run.start',
    'run.operate',
    'credential.read',
    'credential.write',
  ]),
}

export const isAllowed = (role: Role, permission: Permission): boolean =>
  ROLE_PERMISSIONS[role].has(permission)
