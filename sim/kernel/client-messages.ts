import { define, type MessageOf } from '../../controller/messages/message.ts'
import type { OutsideClient } from './client-activity.ts'

/** What clients from outside change in a run: interventions that the twin itself sees. */
export const CLIENT_MESSAGES = {
  AWS_OPERATION_CALLED: define<{ client: OutsideClient; request: string; resource: string | null }>(
    'A client from outside called an AWS operation that changes something.',
    ({ client, request, resource }) =>
      `${request}${resource === null ? '' : ` of ${resource}`} by ${clientText(client)}`,
  ),
  MESSAGE_TAKEN: define<{ client: OutsideClient; request: string }>(
    'A service took an MQTT message of a client from outside.',
    ({ client, request }) => `${request} by ${clientText(client)}`,
  ),
  CONNECTION_TAKEN_OVER: define<{ client: OutsideClient; thing: string }>(
    "A client from outside connected with a device's client id, which ended the device's own connection.",
    ({ client, thing }) => `the connection of ${thing} was taken over by ${clientText(client)}`,
  ),
}

export type ClientMessage = MessageOf<typeof CLIENT_MESSAGES>

const KINDS: Readonly<Record<OutsideClient['by'], string>> = {
  'access-key': 'access key',
  'client-id': 'MQTT client',
  address: 'a client at',
}

/** `access key AKIDEXAMPLE`, `MQTT client mosq-1`. */
export const clientText = ({ by, id }: OutsideClient): string => `${KINDS[by]} ${id}`
