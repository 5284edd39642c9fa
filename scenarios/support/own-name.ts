import { userInfo } from 'node:os'

/** The name of the current user, for the audit trail; a container's user may have none. */
export function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? 'operator'
  }
}
