import { NotEmulated } from '../base/aws-error.ts'
import { type FilterPolicy, parseFilterPolicy } from './filter-policy.ts'
import { invalid } from './sns-errors.ts'

/** The attributes of a subscription: as they were given, and as they act. */
export interface SubscriptionAttributes {
  readonly given: Readonly<Record<string, string>>
  /** With the values of those that were not given. */
  readonly effective: Readonly<Record<string, string>>
  readonly isRaw: boolean
  readonly accepts: FilterPolicy
}

const DEFAULTS = { RawMessageDelivery: 'false', FilterPolicyScope: 'MessageAttributes' }
const SCOPES = ['MessageAttributes', 'MessageBody']
const NOT_EMULATED = ['DeliveryPolicy', 'RedrivePolicy', 'ReplayPolicy', 'SubscriptionRoleArn']

/** @throws AwsError InvalidParameterException; NotEmulated [source: sns-subscription-attributes] */
export function readAttributes(given: Readonly<Record<string, string>>): SubscriptionAttributes {
  const { RawMessageDelivery: raw = 'false', FilterPolicy: policy, FilterPolicyScope: scope, ...more } = given
  const [other] = Object.keys(more)
  if (other !== undefined) {
    throw NOT_EMULATED.includes(other)
      ? new NotEmulated(`the attribute ${other} of Subscribe`)
      : invalid('Attributes Reason: Unknown attribute')
  }
  if (!/^(true|false)$/i.test(raw)) {
    throw invalid(`Attributes Reason: RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`)
  }
  if (scope !== undefined && !SCOPES.includes(scope)) {
    throw invalid(`Attributes Reason: FilterPolicyScope: Invalid value [${scope}].`)
  }
  if (scope === 'MessageBody') throw new NotEmulated('the FilterPolicyScope MessageBody of Subscribe')
  const accepts: FilterPolicy = policy === undefined ? () => true : parseFilterPolicy(policy)
  return { given, effective: { ...DEFAULTS, ...given }, isRaw: raw.toLowerCase() === 'true', accepts }
}
