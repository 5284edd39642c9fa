import { policyDocument } from '../aws/permissions.ts'
import { MisconfiguredFunction } from '../errors.ts'
import { readSettings } from './environment.ts'

/** `npm run permissions`: the policy of the functions' role for the environment they are deployed with. */
try {
  const { region, accountId, tableName, topicArn } = readSettings(process.env)
  process.stdout.write(`${JSON.stringify(policyDocument({ region, accountId }, { tableName, topicArn }), null, 2)}\n`)
} catch (error) {
  if (!(error instanceof MisconfiguredFunction)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 64
}
