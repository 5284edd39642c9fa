import { AwsError } from '../base/aws-error.ts'
import type { EventBus } from './event-bus.ts'

export const DEFAULT_BUS = 'default'

/** There is one bus: a client names it, gives its ARN, or leaves it out. @throws AwsError ResourceNotFoundException */
export function requireDefaultBus(nameOrArn: string | undefined, events: EventBus): void {
  if (nameOrArn === undefined || nameOrArn === DEFAULT_BUS || nameOrArn === events.arn) return
  throw new AwsError('ResourceNotFoundException', 400, `Event bus ${nameOrArn} does not exist.`)
}
