import { CreateThingCommand, DescribeThingCommand, IoTClient, ListThingsCommand } from '@aws-sdk/client-iot'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CONTROLLER, type OpenEndpoint, openEndpoint } from './endpoint.ts'

let open: OpenEndpoint
const destroy: (() => void)[] = []

beforeEach(async () => {
  const services = {
    iot: {
      CreateThing: () => ({}),
      DescribeThing: () => {
        throw new TypeError('a bug of the twin')
      },
      ListThings: () => ({ things: [] }),
    },
    sns: { Publish: () => ({ MessageId: 'm' }) },
  }
  open = await openEndpoint({ services })
})

afterEach(async () => {
  for (const one of destroy.splice(0)) one()
  await open.endpoint.close()
})

function iot(credentials: { accessKeyId: string; secretAccessKey: string }): IoTClient {
  const client = new IoTClient({ endpoint: open.endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 })
  destroy.push(() => client.destroy())
  return client
}

const STRANGER = { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'any' }
const IMPOSTOR = { ...CONTROLLER, secretAccessKey: 'guessed' }
/** A name whose encoding in the path matters to the signature. */
const CREATE = new CreateThingCommand({ thingName: 'line:03-12', thingTypeName: 'a', attributePayload: {} })

describe('the controller', () => {
  it('is who knows the secret of the run; only its calls are counted', async () => {
    await iot(CONTROLLER).send(CREATE)
    await iot(CONTROLLER).send(
      new ListThingsCommand({ maxResults: 5, attributeName: 'a@b', attributeValue: 'c/d#e[f]' }),
    )
    await iot(STRANGER).send(CREATE)
    expect(open.calls).toEqual(['iot CreateThing', 'iot ListThings'])
  })

  it('fails loudly: its errors are bugs of the twin', async () => {
    await expect(iot(CONTROLLER).send(new DescribeThingCommand({ thingName: 't' }))).rejects.toMatchObject({
      name: 'InternalFailureException',
    })
    expect(open.bugs).toMatchObject([{ message: 'a bug of the twin' }])
    expect(open.outside.activity()).toEqual([])
  })

  it('cannot be played by who knows its access key', async () => {
    await expect(iot(IMPOSTOR).send(CREATE)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    })
    const sns = new SNSClient({ endpoint: open.endpoint.url, region: 'r', credentials: IMPOSTOR, maxAttempts: 1 })
    destroy.push(() => sns.destroy())
    await expect(sns.send(new PublishCommand({ Message: 'm' }))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    })
    expect([open.calls, open.bugs]).toEqual([[], []])
  })

  it('cannot be played with a signature that was made for another body', async () => {
    const client = iot(CONTROLLER)
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string; headers: Record<string, string> }
        request.body = '{"thingTypeName":"b","attributePayload":{}}'
        request.headers['content-length'] = String(request.body.length)
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    await expect(client.send(CREATE)).rejects.toMatchObject({ name: 'InvalidSignatureException' })
  })
})

describe('a client from outside', () => {
  it('is known by its access key: changes, reads and errors apart', async () => {
    const client = iot(STRANGER)
    await client.send(CREATE)
    await client.send(new ListThingsCommand({}))
    await client.send(new ListThingsCommand({}))
    await expect(client.send(new DescribeThingCommand({ thingName: 'a b' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    })
    await expect(client.send(new DescribeThingCommand({ thingName: 't' }))).rejects.toMatchObject({
      name: 'InternalFailureException',
    })
    expect(open.outside.activity()).toMatchObject([
      {
        client: { by: 'access-key', id: 'AKIDSTRANGER' },
        changes: [{ request: 'iot CreateThing', count: 1 }],
        reads: { 'iot ListThings': 2 },
        errors: [
          { request: 'iot DescribeThing', error: 'InvalidRequestException' },
          { error: 'TypeError', message: 'a bug of the twin' },
          { request: 'iot DescribeThing', error: 'InternalFailureException' },
        ],
      },
    ])
    expect(open.bugs).toEqual([])
    open.trace.flush()
    expect(open.trace.records).toMatchObject([
      {
        kind: 'intervention',
        code: 'AWS_OPERATION_CALLED',
        data: { client: { id: 'AKIDSTRANGER' }, request: 'iot CreateThing', resource: 'line:03-12' },
      },
    ])
  })

  it('is one of all that have not signed, whatever their ports', async () => {
    await fetch(open.endpoint.url)
    await fetch(open.endpoint.url)
    expect(open.outside.activity()).toMatchObject([
      {
        client: { by: 'address', id: '127.0.0.1' },
        errors: [{ error: 'MissingAuthenticationTokenException', count: 2 }],
      },
    ])
  })
})
