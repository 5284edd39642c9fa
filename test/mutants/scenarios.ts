import { loadScenario, parseScenario } from '../../scenarios/files/load.ts'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { REGRESSIONS, regressionFiles } from '../../scenarios/fuzz/regressions.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'

/** One canary, one early and three in production on each of 17 lines: as many canaries as in the plant. */
const SMALL = { lines: 17, devicesPerLine: 5, noise: 'quiet' as const }
const ALL = 85

/** A shipped scenario on the small fleet; what it expects of canaries stays, the rest is counted anew. */
function small(name: string): Scenario {
  const scenario = findScenario(name)
  const { stages, exposed, ...same } = scenario.expect
  return {
    ...scenario,
    fleet: SMALL,
    expect: {
      ...same,
      ...(stages !== undefined && { stages: { canary: 17, early: 17, production: 51 } }),
      ...(exposed !== undefined && { exposed: { devices: exposed.devices > 17 ? ALL : exposed.devices } }),
    },
  }
}

const own = (name: string, text: string): Scenario =>
  parseScenario(
    text.includes('\nfleet:') ? text : `fleet: { lines: 17, devicesPerLine: 5, noise: quiet }\n${text}`,
    `${name}.yaml`,
  )

const QUICK = 'policy: { window: 4h, gates: open }\nstart: 2026-03-02T14:00[Europe/Berlin]'

const RELEASE = `release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
`
const AFTER_1_0 = `${RELEASE}  previous:
    data: { writes: 6, reads: [5, 6, 7] }
    shadow: { writes: "1.0", reads: ["1.0", "2.0"] }
`

/** Scenarios that the library does not have: some mistakes show only in them. */
const OWN: readonly Scenario[] = [
  own(
    'crash-under-a-pause',
    `story: The firmware crashes while an operator holds the rollout; the rollback is not held.
${QUICK}
${RELEASE}
faults:
  - { kind: operator, do: pause, at: 1h, by: night shift, reason: a machine on line 3 sounds different }
  - { kind: crash, in: { firmware: 2.4.0 }, after: 2h }
expect: { outcome: rolled-back, caughtIn: canary, detected: { between: [2h, 2.5h], after: install } }
`,
  ),
  own(
    'five-lines-away',
    `story: Five lines go offline before the canaries are deployed; without them no window begins.
start: 2026-03-02T13:00[Europe/Berlin]
policy:
  window: 4h
  gates:
    canary: [{ from: "14:00", to: "22:00" }]
    early: [{ from: "00:00", to: "00:00" }]
    production: [{ from: "00:00", to: "00:00" }]
${RELEASE}
faults:
${[1, 2, 3, 4, 5].map((line) => `  - { kind: offline, in: { line: ${line} }, from: 40min, for: 3h }`).join('\n')}
expect: { outcome: promoted, leadTime: { between: [10h, 13h] } }
`,
  ),
  own(
    'moved-for-good',
    `story: A production device is in the canary group and stays there; the rollout waits for an operator.
${QUICK}
${RELEASE}
timeLimit: 1d
faults:
  - { kind: wrong-group, device: line-03-05, group: canary, move: true, at: 1h }
expect: { outcome: inconclusive, exposed: { devices: 18 } }
`,
  ),
  own(
    'restarts-once-a-day',
    `story: The firmware of this plant crashes about once a day, whatever its version, and the policy allows for that.
start: 2026-03-02T14:00[Europe/Berlin]
policy: { window: 4h, gates: open, limits: { crashes: 100 } }
${RELEASE}
faults:
  - { kind: crash, in: { fleet: all }, every: 24h }
expect: { outcome: promoted }
`,
  ),
  own(
    'healthy-after-1.0',
    `story: The version before still writes the old health document, which counts a minute and not since the start.
${QUICK}
${AFTER_1_0}
expect: { outcome: promoted }
`,
  ),
  own(
    'late-again-and-again',
    `story: Every now and then all reports of the plant are late; one evaluation without news is no telemetry that is down.
${QUICK}
${RELEASE}
faults:
${[1, 2, 3, 4, 5, 6, 7, 8]
  .map((hour) => `  - { kind: late-reports, in: { fleet: all }, delay: 7min, from: ${hour}h, for: 20min }`)
  .join('\n')}
expect: { outcome: promoted, leadTime: { between: [8.5h, 8.8h] } }
`,
  ),
]

/** What rules of the judge must see, or must not take for a fault of the release. */
const OF_JUDGE: readonly Scenario[] = [
  own(
    'machines-stand',
    `story: From the first hour on no machine finishes a cycle with the new firmware.
${QUICK}
${RELEASE}
faults: [{ kind: cycle-drift, in: { firmware: 2.4.0 }, onset: 1h, rise: 99999999 %, over: 1min }]
expect: { outcome: rolled-back, caughtIn: canary, falseAlarm: false }
`,
  ),
  own(
    'silent-for-good',
    `story: An hour after the install the devices say nothing any more; what they said last is no news.
${QUICK}
${RELEASE}
timeLimit: 1d
faults: [{ kind: bricked, in: { firmware: 2.4.0 }, after: 1h }]
expect: { caughtIn: canary, falseAlarm: false, detected: { between: [1h, 1.5h], after: install } }
`,
  ),
  own(
    'network-of-the-plant',
    `story: A quarter of all connections in the plant fails for an hour; that is no fault of the release.
${QUICK}
${RELEASE}
faults: [{ kind: noisy-network, in: { fleet: all }, share: 25 %, from: 2h, for: 1h }]
expect: { outcome: promoted }
`,
  ),
  own(
    'young-processes',
    `story: Caches fill within hours of a start; a process that has not reached what healthy ones use is not leaking.
fleet: { lines: 17, devicesPerLine: 5, noise: { memoryWarmUp: { by: 40 MiB, timeConstant: 2h } } }
policy: { window: 8h, gates: open }
start: 2026-03-02T14:00[Europe/Berlin]
${RELEASE}
expect: { outcome: promoted }
`,
  ),
  own(
    'uneven-errors',
    `story: Hours with many errors and hours with none alternate in this plant, whatever its firmware is.
fleet: { lines: 17, devicesPerLine: 5, noise: { errorDispersion: 4 } }
${QUICK}
${RELEASE}
expect: { outcome: promoted }
`,
  ),
]

/** The calendar of these: each stage has a window, and what forbids to use a part of it. */
const CALENDAR = `policy:
  window: 4h
  gates:
    canary: [{ from: "14:00", to: "16:00" }]
    early: [{ from: "18:00", to: "02:00" }]
    production: [{ from: "00:00", to: "06:00" }]
  deny:
    canary: [{ from: "13:50", to: "14:45" }]
    early: [{ from: "19:00", to: "00:30" }]
    production: [{ from: "14:00", to: "15:00" }]
  freezes:
    - { name: stock-taking, from: "2026-03-02T14:20", to: "2026-03-02T15:20" }
start: 2026-03-02T14:00[Europe/Berlin]
`

/** What people, calendars and AWS demand of a controller. */
const OF_OPERATION: readonly Scenario[] = [
  own(
    'calendar',
    `story: Gates, deny windows and a freeze lie in each other; every stage waits for the first time that all allow.
${CALENDAR}${RELEASE}
expect: { outcome: promoted }
`,
  ),
  own(
    'calendar-of-a-hotfix',
    `story: A hotfix passes gates and freezes, and waits for deny windows.
${CALENDAR}${RELEASE}  hotfix: { reason: an urgent repair }
expect: { outcome: promoted }
`,
  ),
  own(
    'paused-before-it-was-placed',
    `story: AWS refuses to create the deployment for an hour, and an operator pauses meanwhile.
${QUICK}
${RELEASE}
faults:
  - { kind: api-throttle, in: { api: CreateDeployment }, share: 100 %, for: 1h }
  - { kind: operator, do: pause, at: 22min, by: jo, reason: a machine sounds different }
  - { kind: operator, do: resume, at: 3h, by: jo, reason: it was the fan }
expect: { outcome: promoted }
`,
  ),
  own(
    'halted-and-retried',
    `story: Three lines are away for a whole window; an operator tries again when they are back.
${QUICK}
${RELEASE}
faults:
${[1, 2, 3].map((line) => `  - { kind: offline, in: { line: ${line} }, from: 12min, for: 5h }`).join('\n')}
  - { kind: operator, do: retry, at: 6h, by: jo, reason: the lines are back }
expect: { outcome: promoted }
`,
  ),
  own(
    'token-after-an-hour',
    `story: For two hours no answer says that the deployment exists, and nobody can look it up.
${QUICK}
${RELEASE}
faults:
  - { kind: lost-reply, in: { api: CreateDeployment }, share: 100 %, for: 150min }
  - { kind: api-error, in: { api: ListDeployments }, status: 503, share: 100 %, from: 11min, for: 3h }
expect: { outcome: promoted }
`,
  ),
  own(
    'blind-for-two-hours',
    `story: The uplink of the plant is cut in the window of the canary; on-call is told once, and the time does not count.
${QUICK}
${RELEASE}
faults: [{ kind: offline, in: { fleet: all }, from: 2h, for: 2h }]
expect: { outcome: promoted }
`,
  ),
  own(
    'late-for-the-last-window',
    `story: A device is away when production is deployed, and comes back before its window has passed.
${QUICK}
${RELEASE}
faults: [{ kind: offline, in: { device: line-03-02 }, from: 7h, for: 6h }]
expect: { outcome: promoted }
`,
  ),
  own(
    'skip-before-anything-is-known',
    `story: An operator in a hurry skips the window as soon as it has begun.
${QUICK}
${RELEASE}
faults:
${[26, 31].map((minute) => `  - { kind: operator, do: skip, at: ${minute}min, by: jo, reason: in a hurry }`).join('\n')}
expect: { outcome: promoted, leadTime: { between: [8.5h, 8.8h] } }
`,
  ),
  own(
    'sent-again',
    `story: The network repeats the request for a pause an hour later, when the rollout was resumed.
${QUICK}
${RELEASE}
timeLimit: 1d
faults:
  - { kind: operator, do: pause, at: 20min, by: jo, reason: lunch, id: p1 }
  - { kind: operator, do: resume, at: 1h, by: jo, reason: back, id: p2 }
  - { kind: operator, do: pause, at: 65min, by: jo, reason: lunch, id: p1 }
expect: { outcome: promoted }
`,
  ),
]

const DAY = 'policy: { gates: open }\nstart: 2026-03-02T14:00[Europe/Berlin]'

/** A fault of the release that is slightly larger than a limit allows, and is found in the canary. */
const grazing = (name: string, fault: string): Scenario =>
  own(
    `grazing-${name}`,
    `story: Slightly more than a limit allows.
${DAY}
${RELEASE}
faults: [{ in: { firmware: 2.4.0 }, ${fault} }]
expect: { outcome: rolled-back, caughtIn: canary, falseAlarm: false }
`,
  )

/** Canaries of the first so many lines go silent for good, an hour after their install. */
const silent = (name: string, lines: number, story: string, expected: string): Scenario =>
  own(
    name,
    `story: ${story}
${QUICK}
${RELEASE}
timeLimit: 2d
faults:
${Array.from({ length: lines }, (_, index) => `  - { kind: bricked, in: ${DEVICES[index]}, after: 1h }`).join('\n')}
expect: { ${expected} }
`,
  )
/** Of the first line the canary alone, which may stay away for the whole rollout. */
const DEVICES = [
  '{ firmware: 2.4.0, device: line-01-01 }',
  ...[2, 3, 4].map((line) => `{ firmware: 2.4.0, line: ${line} }`),
]

/** Each limit from above, and all of them from below; the cycle time has `grazing-above` and `grazing-below`. */
const GRAZING: readonly Scenario[] = [
  grazing('errors', 'kind: error-rise, onset: 0h, factor: 1.45'),
  grazing('connections', 'kind: noisy-network, share: 4 %'),
  grazing('output', 'kind: units-drop, share: 15 %'),
  grazing('quality', 'kind: quality-drop, share: 3 %'),
  grazing('spread', 'kind: cycle-time-jitter, onset: 0h, factor: 1.8'),
  grazing('memory', 'kind: memory-leak, rate: 5 MiB/h'),
  own(
    'grazing-crash',
    `story: One device crashes once.
${DAY}
${RELEASE}
faults: [{ kind: crash, in: { firmware: 2.4.0, line: 17 }, after: 20h }]
expect: { outcome: rolled-back, caughtIn: canary, falseAlarm: false }
`,
  ),
  own(
    'grazing-failed-deployments',
    `story: The download fails on one line in seventeen.
${QUICK}
${RELEASE}
faults: [{ kind: failed-download, in: { firmware: 2.4.0, line: 3 }, because: corrupt-artifact }]
expect: { outcome: rolled-back, caughtIn: canary, falseAlarm: false }
`,
  ),
  silent('grazing-lost-one', 1, 'One of 17 canaries goes silent, which one may.', 'outcome: promoted'),
  silent(
    'grazing-lost-two',
    2,
    'Two of 17 canaries go silent, too few for a rollback and more than the tenth that a promotion allows.',
    'outcome: halted, exposed: { devices: 17 }',
  ),
  silent(
    'grazing-lost-four',
    4,
    'Four of 17 canaries go silent, which is the release; nobody can verify their rollback.',
    'outcome: halted, caughtIn: canary, falseAlarm: false, detected: { between: [1h, 1.5h], after: install }',
  ),
  own(
    'grazing-memory-horizon',
    `story: Memory runs out in a week, which is no reason to go back and a reason not to go on.
${DAY}
${RELEASE}
timeLimit: 27h
faults: [{ kind: memory-leak, in: { firmware: 2.4.0 }, rate: 2 MiB/h }]
expect: { outcome: inconclusive, exposed: { devices: 17 } }
`,
  ),
  own(
    'on-trial',
    `story: The rule on errors is on trial in this plant, so that errors take nothing back.
policy: { window: 4h, gates: open, rules: { error-rate: { criticality: dry-run } } }
start: 2026-03-02T14:00[Europe/Berlin]
${RELEASE}
faults: [{ kind: error-rise, in: { firmware: 2.4.0 }, onset: 0h, factor: 4 }]
expect: { outcome: promoted }
`,
  ),
  own(
    'grazing-all-from-below',
    `story: A little of everything that limits allow.
${DAY}
${RELEASE}
faults:
  - { kind: error-rise, in: { firmware: 2.4.0 }, onset: 0h, factor: 1.03 }
  - { kind: noisy-network, in: { firmware: 2.4.0 }, share: 0.8 % }
  - { kind: units-drop, in: { firmware: 2.4.0 }, share: 3 % }
  - { kind: quality-drop, in: { firmware: 2.4.0 }, share: 0.3 % }
  - { kind: cycle-time-jitter, in: { firmware: 2.4.0 }, onset: 0h, factor: 1.1 }
  - { kind: memory-leak, in: { firmware: 2.4.0 }, rate: 0.3 MiB/h }
expect: { outcome: promoted }
`,
  ),
]

/**
 * The scenarios that a mutant runs in, in this order, until it is detected: the whole budget. First those that once
 * violated an invariant, then those that end early and show much.
 */
export const SCENARIOS: readonly Scenario[] = [
  ...regressionFiles(REGRESSIONS).map(loadScenario),
  ...[
    'crash-on-start',
    'error-step',
    'memory-leak',
    'random-crashes',
    'silent-12h-short-window',
    'reconnect-storm',
  ].map(small),
  ...OWN,
  ...OF_JUDGE,
  ...OF_OPERATION,
  ...GRAZING,
  small('grazing-below'),
  ...['hang-in-install', 'lost-replies', 'failing-api', 'lambda-killed', 'lambda-timeout-in-rollback'].map(small),
  ...['events-gone-wrong', 'silent-fallback', 'first-shift-only', 'starved-rollback'].map(small),
  ...['breach-during-promotion', 'peers-cannot-read', 'healthy', 'wrong-group', 'operators'].map(small),
  ...['reboot-mid-update', 'breaking-change'].map(small),
]
