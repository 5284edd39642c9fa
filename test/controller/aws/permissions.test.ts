import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { permissions, policyDocument } from '../../../controller/aws/permissions.ts'

const ACCOUNT = { region: 'eu-central-1', accountId: '123456789012' }
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts'
const MADE = { tableName: 'firmware-rollouts', topicArn: TOPIC }
const table = permissions(ACCOUNT, MADE, 'production')
const LAMBDA = resolve(import.meta.dirname, '../../../controller/lambda')

/** The SDK commands that the functions' sources import, however far down. */
function commandsUsed(): string[] {
  const commands = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, names] of text.matchAll(/import \{([^}]*)\} from '@aws-sdk\//g)) {
      for (const [command] of (names as string).matchAll(/\b\w+Command\b/g)) commands.add(command)
    }
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g))
      visit(resolve(dirname(file), path as string))
  }
  for (const name of readdirSync(LAMBDA)) visit(join(LAMBDA, name))
  return [...commands].sort()
}

/** And `library.test.ts` those that rehearsals make. */
it('allows exactly the commands that the functions can send', () => {
  expect(Object.keys(table).sort()).toEqual(commandsUsed())
})

it('names the account, and a wildcard only where the action has no resource', () => {
  const { Statement } = policyDocument(ACCOUNT, MADE, 'production')
  const open = Statement.filter(({ Resource }) => Resource.includes('*'))
  expect(open.flatMap(({ Action }) => Action)).toEqual(['greengrass:CreateDeployment', 'greengrass:ListDeployments'])
  for (const { Resource } of Statement) {
    for (const arn of Resource) expect(arn === '*' || arn.includes(':eu-central-1:123456789012:')).toBe(true)
  }
})

it('may publish to its topic and nowhere else', () => {
  const { Statement } = policyDocument(ACCOUNT, MADE, 'production')
  expect(Statement.filter(({ Action }) => Action.some((action) => action.startsWith('sns:')))).toEqual([
    { Effect: 'Allow', Action: ['sns:Publish'], Resource: [TOPIC] },
  ])
})

it('may tag the deployments that it creates, and nothing else', () => {
  const { Statement } = policyDocument(ACCOUNT, MADE, 'production')
  const tagging = Statement.filter(({ Action }) => Action.includes('greengrass:TagResource'))
  expect(tagging.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:greengrass:eu-central-1:123456789012:deployments:*',
  ])
})
