import { type IoTClient, SearchIndexCommand, type ThingDocument } from '@aws-sdk/client-iot'
import { HEALTH_SHADOW } from '../contract.ts'
import { parseHealth, UnreadableHealthDocument } from '../evidence/health.ts'
import type { HealthSample } from '../evidence/snapshot.ts'
import type { DeviceReading, FleetHealth } from '../ports/ports.ts'

const PAGE_SIZE = 100

/**
 * A colon separates a field from its value; in a name it is escaped. Most devices are in the last stages: an index that
 * evaluates the terms in turn matches most at the first. [source: search-query]
 */
const queryOf = (groups: readonly string[]): string =>
  groups
    .toReversed()
    .map((group) => `thingGroupNames:${group.replaceAll(':', '\\:')}`)
    .join(' OR ')

/**
 * Health of the fleet through fleet indexing: a page of 100 devices per call. `reportedIn` gets the health document out
 * of what the index holds of a device; undefined where there is none. [source: search-page]
 */
export function fleetHealth(
  iot: IoTClient,
  reportedIn: (document: ThingDocument) => unknown = reportedInShadow,
): FleetHealth {
  return {
    async read(groups) {
      const queryString = queryOf(groups)
      const readings: DeviceReading[] = []
      let nextToken: string | undefined
      do {
        const command = new SearchIndexCommand({ queryString, maxResults: PAGE_SIZE, nextToken })
        const answer = await iot.send(command)
        for (const thing of answer.things ?? []) readings.push(toReading(thing, reportedIn(thing)))
        nextToken = answer.nextToken
      } while (nextToken !== undefined)
      return readings
    },
  }
}

function toReading(document: ThingDocument, reported: unknown): DeviceReading {
  return {
    thing: document.thingName as string,
    groups: document.thingGroupNames ?? [],
    line: Number(document.attributes?.line),
    attributes: document.attributes ?? {},
    connected: document.connectivity?.connected ?? false,
    sample: sampleOf(reported),
  }
}

/** Out of the text of the shadow, as fleet indexing gives it. */
export const reportedInShadow = ({ shadow }: ThingDocument): unknown =>
  shadow === undefined ? undefined : JSON.parse(shadow)?.name?.[HEALTH_SHADOW]?.reported

/** A device whose document cannot be read counts as one that reports nothing. */
function sampleOf(reported: unknown): HealthSample | null {
  if (reported === undefined) return null
  try {
    return parseHealth(reported)
  } catch (error) {
    if (error instanceof UnreadableHealthDocument) return null
    throw error
  }
}
