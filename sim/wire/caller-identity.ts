import { XmlNode } from '@aws-sdk/xml-builder'
import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import type { ServiceRequest } from '../protocol/service-endpoint.ts'
import { ACCOUNT_ID } from '../twin/account.ts'
import type { Visitor } from './visitor.ts'

/** [source: caller-identity] */
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
const ACTION = 'GetCallerIdentity'

/**
 * The one operation of STS that set-up scripts call first: any access key is a user of the twin's account. Its SDK package
 * would be needed for this alone. @throws AwsError
 */
export function answerCallerIdentity({ method, body, requestId }: ServiceRequest, visitor: Visitor): HttpResponse {
  const form = new URLSearchParams(body.toString())
  const action = form.get('Action')
  if (method !== 'POST' || action !== ACTION) throw new NotEmulated(`sts ${action ?? method}`)
  const unknown = [...form.keys()].find((name) => name !== 'Action' && name !== 'Version')
  if (unknown !== undefined) throw new AwsError('ValidationError', 400, `${unknown} is not a parameter of ${ACTION}`)
  visitor.did('sts', ACTION, null)
  const { id } = visitor.client
  const result = new XmlNode(`${ACTION}Result`, [
    XmlNode.of('Arn', `arn:aws:iam::${ACCOUNT_ID}:user/${id}`),
    XmlNode.of('UserId', id),
    XmlNode.of('Account', ACCOUNT_ID),
  ])
  const metadata = new XmlNode('ResponseMetadata', [XmlNode.of('RequestId', requestId)])
  const root = new XmlNode(`${ACTION}Response`, [result, metadata]).addAttribute('xmlns', NAMESPACE)
  return { statusCode: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(root.toString()) }
}
