import {
  FIRMWARE_COMPONENT,
  HEALTH_COMPONENT,
  HEALTH_SHADOW,
  type HealthMetrics,
} from '../../../controller/contract.ts'
import { metricsSchema } from '../../../scenarios/files/metrics.ts'
import type { NoiseFile } from '../../../scenarios/files/noise.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../../../scenarios/world/twin-plan.ts'
import type { ServiceName, Services } from '../../../sim/cloud/base/operations.ts'
import { faultSchema, type InjectableSpec } from '../../../sim/faults/catalogue.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import { Twin } from '../../../sim/twin/twin.ts'
import { openWireLevel } from '../../../sim/wire/wire-level.ts'

export const OLD = '2.3.1'
export const NEW = '2.4.0'
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
/** The canary of line 1, which is updated in every world. */
export const CANARY = fleetOf({
  ...findScenario('healthy'),
  fleet: { lines: 1, devicesPerLine: 20, noise: 'quiet' },
}).find(({ stage }) => stage === 'canary')?.thing as string

/** Those of a plant with a fault on one of them, or where a test asks for them. */
export const METRICS = metricsSchema.parse({
  torqueNm: { gauge: '42 Nm', spread: '3 %', timeConstant: '5min', whileProducing: true, days: { line: '1 %' } },
  weldSpatter: { counter: '0.4 per cycle', dispersion: 0.3 },
  scrapped: { counter: '5 %', of: 'unitsProduced' },
})

export interface WorldOptions {
  /** As a scenario file writes them. */
  readonly faults: readonly object[]
  /** Injected at these minutes after the start. */
  readonly injected?: readonly (readonly [minute: number, spec: InjectableSpec])[]
  readonly hours: number
  /** Versions deployed to the canaries, by minutes after the start; the release at 20 min by default. */
  readonly deployments?: Readonly<Record<number, string>>
  readonly lines?: number
  /** Devices on each line in addition to the canary. */
  readonly others?: number
  readonly level?: 'model' | 'wire'
  /** Reads all shadows at this period. */
  readonly snapshotEveryMs?: number
  readonly start?: string
  /** Of the plant. */
  readonly noise?: NoiseFile
  readonly hasMetrics?: boolean
  /** In place of those, as a plant file writes them. */
  readonly metrics?: object
  /** Simulates the week before first, as a rehearsal does. */
  readonly history?: boolean
}

interface Document {
  readonly firmwareVersion: string
  readonly componentState: string
  readonly sampledAtMs: number
  readonly bootId: string
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  readonly metrics?: HealthMetrics
}

/** Some devices and AWS, without a controller: the test deploys. */
export async function runWorld(options: WorldOptions) {
  const { lines = 1, others = 0, level = 'model', deployments = { 20: NEW } } = options
  const healthy = findScenario('healthy')
  const start = options.start === undefined ? healthy.start : { ...healthy.start, atMs: Date.parse(options.start) }
  const faults = options.faults.map((written) => faultSchema.parse(written))
  const hasMetrics = options.hasMetrics ?? faults.some((fault) => 'metric' in fault)
  const metrics = options.metrics === undefined ? METRICS : metricsSchema.parse(options.metrics)
  const isWanted = hasMetrics || options.metrics !== undefined
  const fleet = { lines, devicesPerLine: 20, noise: options.noise ?? 'quiet', metrics: isWanted ? metrics : undefined }
  const scenario = { ...healthy, start, faults, fleet }
  const seen = new Map<number, number>()
  const devices = fleetOf(scenario).filter(({ line, stage }) => {
    if (stage === 'canary') return true
    seen.set(line, (seen.get(line) ?? 0) + 1)
    return (seen.get(line) as number) <= others
  })
  const inFlight = new InFlight()
  const onBug = (error: unknown): void => {
    throw error
  }
  const twin = await Twin.open(
    twinPlan(scenario, new Seed(1), devices),
    inFlight,
    async (events) =>
      level === 'model'
        ? openModelLevel(events, inFlight, onBug)
        : openWireLevel(events, inFlight, { devices: devices.length, onCall: () => undefined, onBug }),
    () => undefined,
  )
  const { clock, cloud, trace } = twin
  const startMs = clock.nowMs()
  const past = options.history === true ? [...twin.history(startMs - 7 * 24 * HOUR_MS, [startMs])] : []
  const before = past.at(-1)
  twin.start()
  for (const [minute, version] of Object.entries(deployments)) {
    clock.at(startMs + Number(minute) * MINUTE_MS, () => {
      cloud.services.greengrass.CreateDeployment({
        targetArn: cloud.things.groupArn('canary'),
        components: {
          [FIRMWARE_COMPONENT]: { componentVersion: version },
          [HEALTH_COMPONENT]: { componentVersion: '1.2.0' },
        },
        iotJobConfiguration: { timeoutConfig: { inProgressTimeoutInMinutes: 60 } },
      })
    })
  }
  for (const [minute, spec] of options.injected ?? []) {
    clock.at(startMs + minute * MINUTE_MS, () => twin.inject(spec))
  }
  const snapshots: Record<string, Document>[] = []
  const snapshot = (): Record<string, Document> =>
    Object.fromEntries(
      devices.map(({ thing }) => {
        const document = structuredClone(cloud.shadows.document(thing, HEALTH_SHADOW)) as { reported?: Document }
        return [thing, document?.reported as Document]
      }),
    )
  const untilMs = startMs + options.hours * HOUR_MS
  clock.at(untilMs + 1, () => undefined) // without it a world in which every device is bricked has no timer left
  const everyMs = options.snapshotEveryMs
  if (everyMs !== undefined) {
    const again = (): void => {
      snapshots.push(snapshot())
      clock.after(everyMs, again, 3)
    }
    clock.after(0, again, 3)
  }
  await runLockstep({ clock, inFlight, untilMs, isOver: () => false, pace: async () => undefined })
  trace.flush()
  const last = snapshot()
  const call = (service: ServiceName, operation: string, input: object): object =>
    (cloud.services as Services)[service]?.[operation]?.(input as never) as object
  /** With metadata: the time at which each member was set. */
  const shadows = devices.map(({ thing }) => {
    const found = call('iotdata', 'GetThingShadow', { thingName: thing, shadowName: HEALTH_SHADOW })
    return JSON.parse(Buffer.from((found as { payload: Uint8Array }).payload).toString()) as object
  })
  const detailsOf = (thing: string): Readonly<Record<string, string>> => {
    const { executionSummaries } = call('iot', 'ListJobExecutionsForThing', { thingName: thing }) as {
      executionSummaries: { jobId: string; jobExecutionSummary: { queuedAt: Date } }[]
    }
    const [newest] = [...executionSummaries].sort(
      (a, b) => Number(b.jobExecutionSummary.queuedAt) - Number(a.jobExecutionSummary.queuedAt),
    )
    const { execution } = call('iot', 'DescribeJobExecution', { thingName: thing, jobId: newest?.jobId }) as {
      execution: { statusDetails: { detailsMap: Record<string, string> } }
    }
    return execution.statusDetails.detailsMap
  }
  const records = [...trace.records] // closing drops connections
  await twin.level.close()
  const of = <K extends TraceRecord['kind']>(kind: K, thing = CANARY) =>
    records.filter((record) => record.kind === kind && 'thing' in record && record.thing === thing) as (TraceRecord & {
      kind: K
    })[]
  return {
    startMs,
    records,
    snapshots,
    last,
    shadows,
    of,
    /** `version STATE` of the firmware. */
    states: (thing = CANARY) =>
      of('component-state', thing)
        .filter(({ component }) => component === FIRMWARE_COMPONENT)
        .map(({ version, state }) => `${version} ${state}`),
    /** Of the week before. */
    cyclesBefore: (thing = CANARY): number => {
      const document = before?.documents.get(thing)
      return document?.schema === '2.0' ? document.counters.cycles : 0
    },
    /** The last status that the device reported to IoT Jobs. */
    statusDetails: (thing = CANARY) => detailsOf(thing),
    executions: (thing = CANARY) => of('job-execution', thing).map(({ status }) => status),
    /** Minutes from the start at which each fault began. */
    onsets: (thing = CANARY) => of('fault-started', thing).map(({ atMs }) => (atMs - startMs) / MINUTE_MS),
  }
}
export type World = Awaited<ReturnType<typeof runWorld>>
