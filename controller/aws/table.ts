import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'

/** A table in AWS takes some seconds to become active. */
const TABLE_WAIT_S = 120

/** Creates the table if it is not there yet, and waits until it can be written to. */
export async function ensureTable(dynamo: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await dynamo.send(
      new CreateTableCommand({
        TableName: tableName,
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  const patience = { client: dynamo, maxWaitTime: TABLE_WAIT_S, minDelay: 0.05, maxDelay: 5 }
  await waitUntilTableExists(patience, { TableName: tableName })
}
