import { policyDocument } from '../aws/permissions.ts'
import { MisconfiguredFunction } from '../errors.ts'
import { lastStageOf } from '../policy/stages.ts'
import { readSettings } from './environment.ts'
import { bundledPolicy } from './policy-source.ts'

/**
 * `npm run permissions`: the policy of the functions' role for the environment they are deployed with; the stages are
 * those of the policy file that is bundled with them, from the present folder.
 */
try {
  const { region, accountId, tableName, topicArn, policyFile } = readSettings(process.env)
  const policy = bundledPolicy({ file: policyFile, folder: process.cwd() })
  process.stdout.write(
    `${JSON.stringify(policyDocument({ region, accountId }, { tableName, topicArn }, lastStageOf(policy)), null, 2)}\n`,
  )
} catch (error) {
  if (!(error instanceof MisconfiguredFunction)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 64
}
