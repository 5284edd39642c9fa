import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** Ground truth at one instant: what the twin recorded, whether or not the controller could observe it. */
export interface Truth {
  /** Each fault that acts at some time in the trace. */
  readonly faults: readonly FaultTruth[]
  /** Devices that run the release at the instant. */
  readonly devicesOnRelease: number
  /** Crashes of the release up to the instant. */
  readonly crashes: number
}

export interface FaultTruth {
  readonly kind: string
  /** First onset; may be after the instant. */
  readonly onsetAtMs: number
  /** Devices on which it has begun by the instant. */
  readonly devices: number
  /** Devices on which it begins at some time. */
  readonly ofDevices: number
  /** The part of AWS that it acts on, where it acts on no device. */
  readonly target?: string
}

interface FaultDraft {
  readonly kind: string
  readonly onsetAtMs: number
  readonly begun: Set<string>
  readonly all: Set<string>
  target?: string
}

/** Pure. */
export function truthAt(header: TraceHeader, records: readonly TraceRecord[], nowMs: number): Truth {
  const faults = new Map<number, FaultDraft>()
  const onRelease = new Set<string>()
  let crashes = 0
  for (const record of records) {
    const isPast = record.atMs <= nowMs
    if (record.kind === 'fault-started') addFault(faults, record, isPast)
    else if (record.kind === 'firmware-started' && isPast) {
      if (record.version === header.release.version) onRelease.add(record.thing)
      else onRelease.delete(record.thing)
    } else if (record.kind === 'firmware-crashed' && isPast && record.version === header.release.version) crashes += 1
  }
  return { faults: [...faults.values()].map(faultTruth), devicesOnRelease: onRelease.size, crashes }
}

function addFault(
  faults: Map<number, FaultDraft>,
  { fault, faultKind, atMs, thing, target }: Extract<TraceRecord, { kind: 'fault-started' }>,
  isPast: boolean,
): void {
  const draft = faults.get(fault) ?? { kind: faultKind, onsetAtMs: atMs, begun: new Set(), all: new Set() }
  faults.set(fault, draft)
  const place = thing ?? (target as string)
  draft.all.add(place)
  if (isPast) draft.begun.add(place)
  if (thing === null) draft.target = target as string
}

const faultTruth = ({ kind, onsetAtMs, begun, all, target }: FaultDraft): FaultTruth => ({
  kind,
  onsetAtMs,
  devices: begun.size,
  ofDevices: all.size,
  ...(target !== undefined && { target }),
})
