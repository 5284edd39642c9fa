/** Errors of the controller that the next scheduled invocation mends, and the ends that Lambda puts to an invocation. */
const EXPECTED = new Set(['StaleRollout', 'EventNotTaken', 'Runtime.ExitError', 'Sandbox.Timedout'])

/** Errors of AWS for a wrong request, and of the twin for what it does not emulate: a bug of the program. */
const WRONG_REQUEST = new Set([
  'ValidationException',
  'InvalidRequestException',
  'SerializationException',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'NotEmulated',
])

/** Whether a function failed because of its environment (AWS, Lambda, a concurrent instance), and not of a bug. */
export const isEnvironmental = (error: Error): boolean =>
  EXPECTED.has(error.name) || ('$metadata' in error && !WRONG_REQUEST.has(error.name))

/**
 * Delays of Lambda's two retries, in milliseconds. The pipeline's call of `start` is asynchronous and gets them; analyzer
 * and promoter are deployed without retries, since their schedule retries them. [source: lambda-async]
 */
export const START_RETRY_DELAYS_MS = [60_000, 120_000] as const
