/** The parts of an Amazon Resource Name. */
export interface Arn {
  readonly partition: string
  readonly service: string
  /** Empty for resources that belong to no region. */
  readonly region: string
  /** Empty for resources that belong to no account, e.g. public components. */
  readonly account: string
  /** Everything behind the account; it may contain colons and slashes. */
  readonly resource: string
}

const ARN = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s

/** Null for text that is no ARN. [source: arn-format] */
export function parseArn(name: string): Arn | null {
  const [, partition, service, region, account, resource] = ARN.exec(name) ?? []
  if (partition === undefined) return null
  return { partition, service, region, account, resource } as Arn
}

/** The ARN if it names a resource of this service in the twin's account and region; null for any other text. */
export function ownArn(
  name: string,
  service: string,
  of: { readonly region: string; readonly accountId: string },
): Arn | null {
  const arn = parseArn(name)
  const isOwn = arn?.partition === 'aws' && arn.service === service
  return isOwn && arn.region === of.region && arn.account === of.accountId ? arn : null
}
