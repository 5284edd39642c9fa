import { z } from 'zod'
import { duration } from '../../controller/units/quantity.ts'
import { DEFAULT_QUOTAS, type Quotas } from '../../sim/cloud/base/quotas.ts'

const DAYS_7_MS = 7 * 86_400_000

const count = (key: Exclude<keyof Quotas, 'sessionExpiryMs'>, what: string) =>
  z.int().positive().max(1_000_000).describe(`${what}; ${DEFAULT_QUOTAS[key]} by default`)

/** The quotas of the emulated account that a scenario changes. */
export const quotasSchema = z
  .strictObject({
    groupsPerThing: count('groupsPerThing', 'Thing groups that one thing is in'),
    groupLevels: count('groupLevels', 'Levels of a hierarchy of thing groups'),
    childGroups: count('childGroups', 'Thing groups directly in one group'),
    shadowDocumentBytes: count('shadowDocumentBytes', 'Desired and reported state of one shadow'),
    rulesPerEventBus: count('rulesPerEventBus', 'Rules of the event bus'),
    targetsPerRule: count('targetsPerRule', 'Targets of one rule'),
    filtersPerSubscribe: count('filtersPerSubscribe', 'Topic filters in one SUBSCRIBE'),
    subscriptionsPerConnection: count('subscriptionsPerConnection', 'Subscriptions of one MQTT connection'),
    connections: count('connections', 'MQTT connections of clients from outside'),
    persistentSessions: count('persistentSessions', 'Sessions that are kept for MQTT clients that are away'),
    sessionExpiry: duration
      .refine((ms) => ms <= DAYS_7_MS, { message: 'must be at most 7d' })
      .describe('How long the session of an MQTT client that is away is kept; 1h by default'),
    queuedMessages: count('queuedMessages', 'Messages that are kept for one MQTT client that is away'),
    retainedMessages: count('retainedMessages', 'Retained messages'),
  })
  .partial()
  .transform(({ sessionExpiry = DEFAULT_QUOTAS.sessionExpiryMs, ...counts }): Quotas => {
    const given = Object.entries(counts).filter(([, value]) => value !== undefined)
    return { ...DEFAULT_QUOTAS, ...Object.fromEntries(given), sessionExpiryMs: sessionExpiry }
  })
  .describe('Quotas of the emulated AWS account that differ from the usual ones')
