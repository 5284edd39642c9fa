import { NotEmulated } from '../base/aws-error.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import type { IotState } from './iot-state.ts'

/** Types whose services share one port here; AWS has an address for each. [source: endpoint-types] */
const EMULATED = ['iot:Data', 'iot:Data-ATS', 'iot:Jobs']
const OTHERS = ['iot:CredentialProvider']

/** Where clients connect. [source: endpoint-types] */
export const endpointOperations = defineOperations<'iot', Pick<IotState, 'dataEndpoint'>>()({
  DescribeEndpoint: ({ endpointType = 'iot:Data' }, { dataEndpoint }) => {
    if (OTHERS.includes(endpointType)) throw new NotEmulated(`the endpoint type ${endpointType}`)
    if (!EMULATED.includes(endpointType)) throw invalidRequest(`Endpoint type ${endpointType} is not valid`)
    return { endpointAddress: dataEndpoint.address }
  },
})
