import { XmlNode } from '@aws-sdk/xml-builder'
import { cbor } from '@smithy/core/cbor'
import type { AwsError } from '../cloud/base/aws-error.ts'
import type { HttpResponse } from './rest-json.ts'

/** The ways in which AWS's protocols write an error. */
export type ErrorForm = 'rest-json' | 'aws-json-1.0' | 'aws-json-1.1' | 'query' | 'ec2' | 's3' | 'cbor' | 'lambda'

/** What a request tells about its protocol. */
export interface RequestHints {
  /** Service of the credential scope; null for a request that is not signed. */
  readonly scope: string | null
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** The form in which the client of this request reads errors, also of services that are not emulated. */
export function errorFormOf({ scope, query, headers }: RequestHints): ErrorForm {
  if (scope === 'lambda') return 'lambda'
  if (scope === 's3') return 's3'
  if (scope === 'ec2') return 'ec2'
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor'
  const type = String(headers['content-type'] ?? '')
  if (headers['x-amz-target'] !== undefined) return type.includes('json-1.0') ? 'aws-json-1.0' : 'aws-json-1.1'
  if (type.includes('x-www-form-urlencoded') || query.has('Action')) return 'query'
  return 'rest-json'
}

/** The error in this form. [source: error-bodies] */
export function errorResponse(form: ErrorForm, error: AwsError, requestId: string): HttpResponse {
  const { name, statusCode, message, members } = error
  switch (form) {
    case 'rest-json':
      return json(statusCode, { 'content-type': 'application/json', 'x-amzn-errortype': name }, { message, ...members })
    case 'lambda':
      return json(
        statusCode,
        { 'content-type': 'application/json', 'x-amzn-errortype': name },
        { Type: statusCode < 500 ? 'User' : 'Server', Message: message, message },
      )
    case 'aws-json-1.0':
    case 'aws-json-1.1': {
      const headers = { 'content-type': `application/x-amz-json-${form === 'aws-json-1.0' ? '1.0' : '1.1'}` }
      return json(statusCode, headers, { __type: name, message, ...members })
    }
    case 'cbor': {
      const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }
      return { statusCode, headers, body: Buffer.from(cbor.serialize({ __type: name, message })) }
    }
    case 's3':
      return xml(statusCode, new XmlNode('Error', [...codeAndMessage(error), XmlNode.of('RequestId', requestId)]))
    case 'ec2': {
      const errors = new XmlNode('Errors', [new XmlNode('Error', codeAndMessage(error))])
      return xml(statusCode, new XmlNode('Response', [errors, XmlNode.of('RequestID', requestId)]))
    }
    case 'query':
      return xml(statusCode, queryError(error, name, requestId))
  }
}

/** `ErrorResponse` of the Query protocol; the code is not always the name of the exception. [source: aws-query-error] */
export function queryError(error: AwsError, code: string, requestId: string): XmlNode {
  const type = XmlNode.of('Type', error.statusCode < 500 ? 'Sender' : 'Receiver')
  const children = [type, XmlNode.of('Code', code), XmlNode.of('Message', textOfXml(error.message))]
  return new XmlNode('ErrorResponse', [new XmlNode('Error', children), XmlNode.of('RequestId', requestId)])
}

const codeAndMessage = ({ name, message }: AwsError): XmlNode[] => [
  XmlNode.of('Code', name),
  XmlNode.of('Message', textOfXml(message)),
]

/** Characters that XML 1.0 cannot hold, not even escaped, and lone surrogates. [source: xml-text] */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/** Text that an XML document can hold. */
export const textOfXml = (text: string): string => text.replace(NOT_IN_XML, '\u{FFFD}')

const json = (statusCode: number, headers: Readonly<Record<string, string>>, body: object): HttpResponse => ({
  statusCode,
  headers,
  body: Buffer.from(JSON.stringify(body)),
})

const xml = (statusCode: number, root: XmlNode): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'text/xml' },
  body: Buffer.from(root.toString()),
})
