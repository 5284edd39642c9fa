import type { StageName } from '../contract.ts'
import { define, type Message, type MessageOf } from './message.ts'
import { counted, listed, minutesText } from './wording.ts'

/** A version that one firmware writes and the other one does not read. */
export interface Unread {
  readonly reader: string
  readonly writer: string
  readonly written: string
}

/** The first few of many, each in its own words. */
const each = <T>(all: readonly T[], text: (one: T) => string): string => listed(all.map(text))

/** What a stage has of a line. */
export interface LinePart {
  readonly line: number
  readonly members: number
  readonly devices: number
}

/** Why a rollout must not start: one code for each check of the preflight, with all that it found in one message. */
export const REFUSAL_MESSAGES = {
  ROLLOUT_ACTIVE: define<{ readonly rolloutId: string }>(
    'Another rollout has not ended.',
    ({ rolloutId }) => `rollout ${rolloutId} is active`,
  ),

  GROUP_EMPTY: define<{ readonly stages: readonly StageName[] }>(
    'The thing group of a stage has no members.',
    ({ stages }) => `no devices in the thing ${stages.length === 1 ? 'group' : 'groups'} ${stages.join(', ')}`,
  ),

  GROUP_ON_OTHER_VERSION: define<{
    readonly stages: readonly { readonly stage: StageName; readonly version: string | null }[]
    readonly expected: string
  }>('The thing group of a stage is not on the version that the release replaces.', ({ stages, expected }) =>
    stages
      .map(({ stage, version }) => `thing group ${stage} runs ${version ?? 'no firmware'}, not ${expected}`)
      .join('; '),
  ),

  STAGE_BELOW_QUORUM: define<{
    readonly stages: readonly {
      readonly stage: StageName
      readonly reporting: number
      readonly members: number
      readonly quorum: number
    }[]
  }>('Too few devices of a stage are connected and report for it to reach its quorum.', ({ stages }) =>
    stages
      .map(
        ({ stage, reporting, members, quorum }) =>
          `${reporting} of ${members} ${stage} devices are connected and report, ${quorum} needed`,
      )
      .join('; '),
  ),

  SEVERAL_STAGES: define<{
    readonly devices: readonly { readonly thing: string; readonly groups: readonly string[] }[]
  }>(
    'Devices are in the thing groups of several stages.',
    ({ devices }) =>
      `${counted(devices.length, 'device')} in several stages: ${each(devices, ({ thing, groups }) => `${thing} (${groups.join(' and ')})`)}`,
  ),

  LINE_MISSING: define<{ readonly things: readonly string[] }>(
    'Devices have no thing attribute "line".',
    ({ things }) => `${counted(things.length, 'device')} without the thing attribute "line": ${listed(things)}`,
  ),

  STAGE_COUNT: define<{
    readonly stage: StageName
    readonly lines: readonly LinePart[]
    readonly wanted: number
  }>(
    'Lines have another number of devices in a stage than the policy wants.',
    ({ stage, lines, wanted }) =>
      `${counted(wanted, `${stage} device`)} per line wanted: ${each(lines, ({ line, members }) => `line ${line} has ${members}`)}`,
  ),

  STAGE_SHARE: define<{
    readonly stage: StageName
    readonly lines: readonly LinePart[]
    readonly wantedPct: number
  }>(
    'Lines have another share of their devices in a stage than the policy wants.',
    ({ stage, lines, wantedPct }) =>
      `${pctText(wantedPct)} ${stage} devices per line wanted: ${each(lines, ({ line, members, devices }) => `line ${line} has ${members} of ${devices}`)}`,
  ),

  STAGE_MEMBERS: define<{
    readonly stage: StageName
    readonly missing: readonly string[]
    readonly others: readonly string[]
  }>('The thing group of a stage has other devices than those that the policy names.', ({ stage, missing, others }) =>
    [
      ...(missing.length === 0 ? [] : [`not in the thing group ${stage}: ${listed(missing)}`]),
      ...(others.length === 0 ? [] : [`in the thing group ${stage} and not named for it: ${listed(others)}`]),
    ].join('; '),
  ),

  HOLDBACK_GROUP_MISSING: define<{ readonly group: string }>(
    'There is no thing group to hold devices back in.',
    ({ group }) => `there is no thing group ${group} to hold devices back in; create it, empty`,
  ),

  HOLDBACK_GROUP_NOT_EMPTY: define<{
    readonly group: string
    readonly things: readonly string[]
    readonly returnTo: StageName
  }>(
    'Devices are left in the holdback group, where no stage reaches them.',
    ({ group, things, returnTo }) =>
      `thing group ${group} is not empty: ${listed(things)}; move them back to ${returnTo}`,
  ),

  WINDOW_TOO_SHORT: define<{ readonly windowMs: number; readonly tickMs: number }>(
    'The monitoring window is no longer than the period of the evaluations.',
    ({ windowMs, tickMs }) =>
      `a window of ${minutesText(windowMs)} must be longer than the period of the evaluations, ${minutesText(tickMs)}`,
  ),

  GATE_NEVER_OPENS: define<{
    readonly stages: readonly { readonly stage: StageName; readonly closedBy: Message }[]
  }>('What closes the gate of a stage leaves no instant of it open.', ({ stages }, textOf) =>
    each(stages, ({ stage, closedBy }) => `the gate of ${stage} never opens: ${textOf(closedBy)}`),
  ),

  NOT_DEPLOYABLE: define<{
    readonly components: readonly { readonly component: string; readonly version: string | null }[]
  }>(
    'A component version is not DEPLOYABLE in AWS IoT Greengrass, or is not known.',
    ({ components }) =>
      `not DEPLOYABLE: ${each(components, ({ component, version }) => `${component} ${version ?? '(none deployed)'}`)}`,
  ),

  DATA_VERSIONS_UNREAD: define<{
    readonly version: string
    readonly writes: number
    readonly unread: readonly number[]
  }>(
    'The release does not read the data versions next to the one that it writes.',
    ({ version, writes, unread }) => `${version} writes data version ${writes} and does not read ${unread.join(', ')}`,
  ),

  SHADOW_VERSION_UNREAD: define<{ readonly version: string; readonly unread: string }>(
    'The release does not read the first version of the health document.',
    ({ version, unread }) => `${version} does not read shadow version ${unread}`,
  ),

  PREVIOUS_SCHEMAS_MISSING: define<{ readonly replaces: string }>(
    'The request does not state the schemas of the version that is replaced.',
    ({ replaces }) => `the request does not state what ${replaces} reads and writes (release.previous)`,
  ),

  BREAKING_DATA_CHANGE: define<{ readonly changes: readonly Unread[] }>(
    'One of the two versions does not read the data that the other one writes, and there is no migration.',
    ({ changes }) => `${each(changes, (one) => unreadText(one, 'data'))}: a breaking change without release.migration`,
  ),

  BREAKING_SHADOW_CHANGE: define<{ readonly changes: readonly Unread[] }>(
    'One of the two versions does not read the health document that the other one writes.',
    ({ changes }) => each(changes, (one) => unreadText(one, 'shadow')),
  ),

  MEMORY_TOO_LOW: define<{
    readonly devices: readonly { readonly thing: string; readonly freePct: number }[]
    readonly neededPct: number
  }>(
    'Devices have too little free memory for a rollback.',
    ({ devices, neededPct }) =>
      `${neededPct} % free memory needed: ${each(devices, ({ thing, freePct }) => `${thing} has ${freePct.toFixed(0)} %`)}`,
  ),

  DISK_TOO_LOW: define<{
    readonly devices: readonly { readonly thing: string; readonly freeMiB: number }[]
    readonly neededMiB: number
  }>(
    'Devices have too little free disk space for a download.',
    ({ devices, neededMiB }) =>
      `${neededMiB} MiB free disk space needed: ${each(devices, ({ thing, freeMiB }) => `${thing} has ${freeMiB.toFixed(0)} MiB`)}`,
  ),

  METRIC_UNKNOWN: define<{
    readonly metrics: readonly {
      readonly rule: string
      readonly metric: string
      readonly kind: 'counter' | 'gauge'
      readonly nearest: string
    }[]
  }>('Rules of the policy are on metrics that no device reports.', ({ metrics }) =>
    each(
      metrics,
      ({ rule, metric, kind, nearest }) =>
        `the rule ${rule} is on the ${kind} ${metric}, which no device reports; did you mean "${nearest}"?`,
    ),
  ),

  BASELINE_TOO_SHORT: define<{ readonly coveragePct: number; readonly neededPct: number }>(
    'The baseline covers too few of the devices and shifts.',
    ({ coveragePct, neededPct }) =>
      `the baseline covers ${coveragePct.toFixed(0)} % of devices x shifts, ${pctText(neededPct)} needed`,
  ),

  BASELINE_TOO_NOISY: define<{
    readonly alarms: readonly {
      readonly stage: StageName
      readonly rule: string
      readonly days: number
      /** The finding of the last such day. */
      readonly reason: Message
    }[]
  }>(
    'Without any release the rules would have rolled back a stage on days of the baseline (A/A replay).',
    ({ alarms }, textOf) =>
      `the baseline is too noisy: without any release, ${each(
        alarms,
        ({ stage, rule, days, reason }) =>
          `${rule} would have rolled back ${stage} on ${counted(days, 'baseline day')} (${textOf(reason)})`,
      )}`,
  ),
}

const unreadText = ({ reader, writer, written }: Unread, what: 'data' | 'shadow'): string =>
  `${reader} does not read ${what} version ${written} that ${writer} writes`

/** Shares come with the last digits of binary fractions. */
const pctText = (pct: number): string => `${Number(pct.toFixed(2))} %`

export type Refusal = MessageOf<typeof REFUSAL_MESSAGES>
