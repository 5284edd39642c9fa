/** How healthy stations scatter. Groups are null where a plant has nothing of the kind. */
export interface PlantNoise {
  /** Standard deviation of the memory gauge about the device's mean. */
  readonly memorySigmaMiB: number
  /** Relative standard deviation of devices' mean cycle times about the mean of their line. */
  readonly deviceEffect: number
  /** At full volume. */
  readonly errorsPerDeviceHour: number
  /** Share of connection attempts that fail. */
  readonly connectionFailureShare: number
  /** Half range of lines' mean cycle times about the fleet's mean, uniform. */
  readonly lineEffect: number
  /** Relative standard deviation of single cycles about the device's mean. */
  readonly cycleSigma: number
  readonly wander: Wander | null
  readonly stoppages: Stoppages | null
  readonly handover: Handover | null
  readonly changeovers: Changeovers | null
  readonly days: DayEffects | null
  /** Relative change of cycle times in a day, since the start of the simulation; 0.001 is 0.1 % slower every day. */
  readonly trendPerDay: number
  readonly toolWear: ToolWear | null
  /** Variance of a device's hourly error rate over its squared mean (gamma); 0: errors are Poisson. */
  readonly errorDispersion: number
  readonly errorBursts: ByScope<ErrorBursts>
  readonly connectionBursts: ByScope<ConnectionBursts>
  readonly memoryWarmUp: MemoryWarmUp | null
  readonly garbageCollection: GarbageCollection | null
  readonly outages: ByScope<Episodic>
  readonly sampleLoss: SampleLoss | null
  readonly rounding: Rounding
}

/** What happens to one device, to all devices of a line, or to all of the plant. */
export interface ByScope<Kind> {
  readonly device: Kind | null
  readonly line: Kind | null
  readonly plant: Kind | null
}

export const SCOPES = ['device', 'line', 'plant'] as const
export type Scope = (typeof SCOPES)[number]

/** Something that begins at random and lasts for a log-normal time, in whole minutes. */
export interface Episodic {
  /** Mean time from one beginning to the next. */
  readonly everyMs: number
  readonly medianMs: number
  /** Standard deviation of the logarithm of the duration; 0: all last equally long. */
  readonly spread: number
}

export interface ErrorBursts extends Episodic {
  /** Of the error rate meanwhile. */
  readonly factor: number
}

/**
 * A link that is bad for some time, in which far more connection attempts fail: the good and the bad state of Gilbert and
 * Elliott, on the link of a device, the switch of a line or the uplink of the plant.
 */
export interface ConnectionBursts extends Episodic {
  /** Share of connection attempts that fail meanwhile, in addition to the usual ones. */
  readonly failureShare: number
}

/** A device's cycle time wanders about its mean: a first-order autoregression from minute to minute. */
export interface Wander {
  /** Relative standard deviation. */
  readonly sigma: number
  /** After this time the correlation has fallen to 1/e. */
  readonly timeConstantMs: number
}

/** Cycles that take far longer, as when a part jams: the tail of cycle times. */
export interface Stoppages {
  /** Of all cycles. */
  readonly share: number
  /** Of the additional time, which is log-normal. */
  readonly medianMs: number
  readonly spread: number
}

/** After each change of shift a line works more slowly. */
export interface Handover {
  /** 0.1 is ten per cent longer cycles. */
  readonly slower: number
  readonly lastsMs: number
}

/** A line makes another product now and then. */
export interface Changeovers {
  /** Mean time between two. */
  readonly everyMs: number
  /** Relative standard deviation of the products' cycle times, common to all devices of a line. */
  readonly sigma: number
  /** The line stands still for so long. */
  readonly standstillMs: number
}

/** Relative standard deviations of a day's cycle times, common to all devices of a line and of the plant. */
export interface DayEffects {
  readonly line: number
  readonly plant: number
}

/** Cycle times rise until the tool of a device is changed. */
export interface ToolWear {
  /** Relative rise over the life of a tool. */
  readonly rise: number
  /** Mean life; that of a device differs by up to a fifth. */
  readonly lifeMs: number
}

/** A process that has just started uses less memory, and approaches its mean exponentially. */
export interface MemoryWarmUp {
  readonly mebibytes: number
  readonly timeConstantMs: number
}

/** Memory rises linearly and falls at once. */
export interface GarbageCollection {
  /** From trough to peak. */
  readonly mebibytes: number
  /** Mean period; that of a device differs by up to 30 %, unless all are in phase. */
  readonly periodMs: number
  /** All devices collect at the same times; else each counts from the start of its process. */
  readonly inPhase: boolean
}

/** The samples of a device are lost in bursts: a link with a good and a bad state (Gilbert-Elliott). */
export interface SampleLoss {
  /** Of the samples, in the long run. */
  readonly share: number
  /** Mean length of a burst, geometric in minutes. */
  readonly burstMs: number
}

/** The steps in which a device measures; 0: as finely as the health document has it. */
export interface Rounding {
  readonly memoryMiB: number
  /** Of the mean of a minute's cycles. */
  readonly cycleTimeMs: number
  readonly cpuPct: number
}
