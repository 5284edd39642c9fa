/** What clients from outside may do with the controller's store. */
export const STORE_OPERATIONS: readonly string[] = [
  'BatchGetItem',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
]
