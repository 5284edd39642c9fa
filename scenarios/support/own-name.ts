import { userInfo } from 'node:os'

/** Who sits here, for the audit trail; a container may run as somebody without a name. */
export function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? 'operator'
  }
}
