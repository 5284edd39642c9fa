import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { Messaging } from '../base/cloud-context.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'

/** Messages over HTTP: a publish, and what the broker retains. [source: retained-operations] */
export const messageOperations = defineOperations<'iotdata', { readonly messaging: Messaging }>()({
  Publish: ({ topic = '', qos = 0, retain = false, payload = new Uint8Array(), ...ofMqtt5 }, { messaging }) => {
    const [member] = Object.entries(ofMqtt5).find(([, value]) => value !== undefined) ?? []
    if (member !== undefined) throw new NotEmulated(`Publish ${member}`)
    if (qos !== 0 && qos !== 1) throw invalidRequest(`qos ${qos} is not 0 or 1`)
    const refusal = messaging.accept({ topic, qos, retain, payload: payload as Uint8Array })
    if (refusal !== null) throw invalidRequest(refusal)
    return {}
  },

  GetRetainedMessage: ({ topic = '' }, { messaging }) => {
    const found = messaging.retained.get(topic)
    if (found === undefined) throw new AwsError('ResourceNotFoundException', 404, `No retained message of ${topic}`)
    const { payload, qos, lastModifiedAtMs } = found
    return { topic, payload, qos, lastModifiedTime: lastModifiedAtMs }
  },

  ListRetainedMessages: (input, { messaging }) => {
    const { items, nextToken } = page(messaging.retained.all(), input, { max: 200 })
    return {
      retainedTopics: items.map(({ topic, payload, qos, lastModifiedAtMs }) => ({
        topic,
        payloadSize: payload.length,
        qos,
        lastModifiedTime: lastModifiedAtMs,
      })),
      nextToken,
    }
  },
})
