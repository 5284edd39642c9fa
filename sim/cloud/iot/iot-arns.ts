import { parseArn } from '../base/arns.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { invalidRequest, notFound } from '../base/iot-errors.ts'

type Account = Pick<CloudContext, 'region' | 'accountId'>

/** The kinds of resources whose ARNs name them as `kind/name`. [source: iot-arns] */
export type IotResourceKind = 'thing' | 'thinggroup' | 'thingtype' | 'job'

export const iotArn = ({ region, accountId }: Account, kind: IotResourceKind, name: string): string =>
  `arn:aws:iot:${region}:${accountId}:${kind}/${name}`

/**
 * The kind and name of a resource of this account; whether it exists is for the caller to look up.
 * @throws AwsError InvalidRequestException for text that is no ARN of IoT; ResourceNotFoundException for another partition,
 * region or account
 */
export function resourceOf(account: Account, arn: string | undefined): { kind: string; name: string } {
  const parsed = parseArn(arn ?? '')
  const [, kind, name] = /^([a-z]+)\/(.+)$/s.exec(parsed?.resource ?? '') ?? []
  if (parsed?.service !== 'iot' || kind === undefined || name === undefined) {
    throw invalidRequest(`"${arn}" is not the ARN of a resource of AWS IoT`)
  }
  const isOwn = parsed.partition === 'aws' && parsed.region === account.region && parsed.account === account.accountId
  if (!isOwn) throw notFound(`${arn} is not in this account and region`)
  return { kind, name }
}

/**
 * The name of a resource that the caller named by itself, by its ARN or by both.
 * @throws AwsError InvalidRequestException when there is neither or both differ, and as `resourceOf`
 */
export function nameFrom(
  account: Account,
  wanted: IotResourceKind,
  { name, arn }: { readonly name: string | undefined; readonly arn: string | undefined },
): string {
  if (arn === undefined) {
    if (name === undefined) throw invalidRequest(`Neither the name nor the ARN of the ${wanted} is given`)
    return name
  }
  const resource = resourceOf(account, arn)
  if (resource.kind !== wanted) throw invalidRequest(`"${arn}" is not the ARN of a ${wanted}`)
  if (name !== undefined && name !== resource.name) {
    throw invalidRequest(`The name "${name}" and the ARN "${arn}" name different resources`)
  }
  return resource.name
}
