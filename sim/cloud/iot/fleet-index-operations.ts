import { invalidRequest, notFound } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import type { IotState } from './iot-state.ts'

const INDEX = 'AWS_Things'
const QUERY_VERSION = '2017-09-30'
const MAX_INDICES = 500

/** Members that every query of an index has. */
export interface IndexQuery {
  readonly indexName?: string | undefined
  readonly queryString?: string | undefined
  readonly queryVersion?: string | undefined
}

/**
 * The text of a query of the things index; groups are not indexed.
 * @throws AwsError ResourceNotFoundException, InvalidRequestException
 */
export function queryOf({ indexName, queryString, queryVersion = QUERY_VERSION }: IndexQuery): string {
  requireIndex(indexName)
  if (queryVersion !== QUERY_VERSION) throw invalidRequest(`queryVersion "${queryVersion}" is not ${QUERY_VERSION}`)
  if (queryString === undefined || queryString === '') throw invalidRequest('queryString is required')
  return queryString
}

/** Queries over the things, their shadows and their connectivity; how the index is configured. */
export const fleetIndexOperations = defineOperations<'iot', Pick<IotState, 'index'>>()({
  SearchIndex: (input, { index }) => index.search(queryOf(input), input),

  DescribeIndex: ({ indexName }) => {
    requireIndex(indexName)
    return { indexName: INDEX, indexStatus: 'ACTIVE', schema: 'MULTI_INDEXING_MODE' }
  },

  ListIndices: (input) => {
    const { items, nextToken } = page([INDEX], input, { max: MAX_INDICES })
    return { indexNames: items, nextToken }
  },

  GetIndexingConfiguration: (_, { index: { fields } }) => ({
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY',
      thingConnectivityIndexingMode: 'STATUS',
      deviceDefenderIndexingMode: 'OFF',
      namedShadowIndexingMode: 'ON',
      managedFields: fields.managed,
      customFields: [],
      filter: { namedShadowNames: fields.indexedShadows },
    },
    thingGroupIndexingConfiguration: { thingGroupIndexingMode: 'OFF' },
  }),
})

function requireIndex(name = INDEX): void {
  if (name !== INDEX) throw notFound(`The index ${name} does not exist`)
}
