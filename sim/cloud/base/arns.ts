/** The parts of `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** All that follows the account, for example `thinggroup/canary`. */
  readonly resource: string
}

const PATTERN = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s

/** Null for text that is no ARN. */
export function parseArn(arn: string): Arn | null {
  const [, partition, service, region, account, resource] = PATTERN.exec(arn) ?? []
  if (partition === undefined) return null
  return { partition, service, region, account, resource } as Arn
}
