import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2'
import { IoTClient } from '@aws-sdk/client-iot'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Where the clients find AWS; in AWS itself all but the region is left out. */
export interface ClientOptions {
  readonly region: string
  readonly endpoint?: string
  readonly dynamoEndpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly retryStrategy?: DynamoDBClientConfig['retryStrategy']
}

export interface Clients {
  readonly greengrass: GreengrassV2Client
  readonly iot: IoTClient
  readonly events: EventBridgeClient
  readonly dynamo: DynamoDBClient
  readonly documents: DynamoDBDocumentClient
  destroy(): void
}

export function makeClients({ dynamoEndpoint, endpoint, ...rest }: ClientOptions): Clients {
  const config = { ...rest, ...(endpoint !== undefined && { endpoint }) } as DynamoDBClientConfig
  const dynamoConfig = { ...rest, ...(dynamoEndpoint !== undefined && { endpoint: dynamoEndpoint }) }
  const greengrass = new GreengrassV2Client(config as object)
  const iot = new IoTClient(config as object)
  const events = new EventBridgeClient(config as object)
  const dynamo = new DynamoDBClient(dynamoConfig as DynamoDBClientConfig)
  return {
    greengrass,
    iot,
    events,
    dynamo,
    documents: DynamoDBDocumentClient.from(dynamo),
    destroy: () => {
      for (const client of [greengrass, iot, events, dynamo]) client.destroy()
    },
  }
}
