import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2'
import { IoTClient } from '@aws-sdk/client-iot'
import { SNSClient } from '@aws-sdk/client-sns'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Where the clients find AWS; in AWS itself all but the region is left out. */
export interface ClientOptions {
  readonly region: string
  readonly endpoint?: string
  readonly dynamoEndpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** A client's own way of trying again; the SDK's standard one if absent. */
  readonly retryStrategyOf?: (client: string) => NonNullable<DynamoDBClientConfig['retryStrategy']>
}

export interface Clients {
  readonly greengrass: GreengrassV2Client
  readonly iot: IoTClient
  readonly events: EventBridgeClient
  readonly sns: SNSClient
  readonly dynamo: DynamoDBClient
  readonly documents: DynamoDBDocumentClient
  destroy(): void
}

export function makeClients({ dynamoEndpoint, endpoint, retryStrategyOf, ...rest }: ClientOptions): Clients {
  const configOf = (client: string, url: string | undefined): object => ({
    ...rest,
    ...(url !== undefined && { endpoint: url }),
    ...(retryStrategyOf !== undefined && { retryStrategy: retryStrategyOf(client) }),
  })
  const greengrass = new GreengrassV2Client(configOf('greengrass', endpoint))
  const iot = new IoTClient(configOf('iot', endpoint))
  const events = new EventBridgeClient(configOf('events', endpoint))
  const sns = new SNSClient(configOf('sns', endpoint))
  const dynamo = new DynamoDBClient(configOf('dynamodb', dynamoEndpoint))
  return {
    greengrass,
    iot,
    events,
    sns,
    dynamo,
    documents: DynamoDBDocumentClient.from(dynamo),
    destroy: () => {
      for (const client of [greengrass, iot, events, sns, dynamo]) client.destroy()
    },
  }
}
