import { expect, it } from 'vitest'
import { type CONTROLLER_MESSAGES, textOf } from '../../../controller/messages/registry.ts'

const HOUR_MS = 3_600_000
const SMALLEST_CHANGE = {
  stage: 'canary',
  rule: 'quality',
  test: 'share',
  metric: 'qualityPasses',
  direction: 'decrease',
  unit: 'points',
  isOneLine: false,
  windowMs: 24 * HOUR_MS,
} as const
const JO = { actor: 'jo', operatorReason: 'noise on line 3' }
const NO_DATA = { code: 'NO_DATA', data: {} } as const
const GATE = { code: 'GATE_OPEN', data: { stage: 'production' } } as const
const NOBODY = { count: 0, first: [] }
const SEVEN = { count: 7, first: ['a', 'b', 'c', 'd', 'e'] }
const CRASHED = { code: 'CRASHES', data: { crashes: 3, allowed: 0, expected: 0, devices: { count: 1, first: ['a'] } } }
const INSTALLS = { installed: 15, members: 17, offline: 1 }
const BACK = { confirmed: 15, members: 17, offline: 1, version: '2.3.1' }
const FAILED = [{ thing: 'a', status: 'FAILED' }]
const PASSED = {
  code: 'WINDOW_PASSED',
  data: { exposedMs: 400 * HOUR_MS, neededMs: 367.2 * HOUR_MS, uncounted: NOBODY },
}
const PAGED = { version: '2.4.0', stage: 'canary' as const, reason: CRASHED }

type Definitions = typeof CONTROLLER_MESSAGES
type Examples = {
  readonly [Code in keyof Definitions]: readonly (readonly [
    data: Parameters<Definitions[Code]['text']>[0],
    text: string,
  ])[]
}

/** One example or more for every code: a code without one does not compile. */
const EXAMPLES: Examples = {
  NO_ROLLOUT: [[{}, 'no rollout is active']],
  EVENT_OVERTAKEN: [[{}, 'the event came late or twice; its evaluation was done before']],
  NO_OPEN_GATE: [[{}, 'no stage waits at an open gate']],
  START_REQUESTED: [[JO, 'start requested by jo: noise on line 3']],
  MIGRATION_COMPLETED: [[{ rolloutId: 'm-1' }, 'its migration m-1 is completed']],
  ROLLOUT_ENDED: [[{ state: 'completed' }, 'the rollout is completed']],
  RULE_BREACHED: [
    [{ rule: 'component-crash', finding: CRASHED }, 'component-crash: 3 crashes, 0 allowed (a)'],
    [{ rule: null, finding: NO_DATA }, 'no data'],
  ],
  TELEMETRY_DOWN: [
    [{ downMs: HOUR_MS / 4, ignoredBreach: null }, 'telemetry has been down for 15 min, everything is held'],
    [
      { downMs: HOUR_MS / 4, ignoredBreach: CRASHED },
      'telemetry has been down for 15 min, everything is held; not acted upon: 3 crashes, 0 allowed (a)',
    ],
  ],
  FOREIGN_DEPLOYMENT: [
    [
      {
        deployments: [
          { group: 'canary', deploymentId: 'd-1' },
          { group: 'holdback', deploymentId: 'd-2' },
        ],
      },
      'somebody else deployed to canary (d-1), holdback (d-2)',
    ],
  ],
  MEMBERSHIP_CHANGED: [
    [
      {
        changes: [
          { thing: 'a', groups: ['canary', 'early'], planned: 'early' },
          { thing: 'b', groups: [], planned: 'canary' },
          { thing: 'c', groups: ['early'], planned: null },
          { thing: 'd', groups: null, planned: 'canary' },
        ],
      },
      'the thing groups differ from the plan: a is in canary and early, planned for early; b is in no stage, planned for canary; c is in early, planned for none; d is gone, planned for canary',
    ],
  ],
  OPERATOR_REASON: [[{ operatorReason: 'noise' }, 'noise']],
  PAUSED: [
    [
      { actor: 'jo', reason: { code: 'OPERATOR_REASON', data: { operatorReason: 'noise' } }, held: GATE },
      'paused by jo: noise (held: the gate of production is open)',
    ],
  ],
  INCONCLUSIVE_BEFORE_STAGE: [[{ stage: 'early', finding: NO_DATA }, 'inconclusive before early: no data']],
  CHANGES_FROZEN: [[JO, 'changes are frozen by jo: noise on line 3']],
  GATE_CLOSED: [
    [{ stage: 'early', opensInMs: 8 * HOUR_MS, closedBy: null }, 'the gate of early opens in 8.0 h'],
    [
      {
        stage: 'early',
        opensInMs: 8 * HOUR_MS,
        closedBy: { code: 'FREEZE_CALENDAR', data: { name: 'year-end' } },
      },
      'the gate of early opens in 8.0 h (freeze "year-end")',
    ],
  ],
  GATE_OPEN: [[{ stage: 'canary' }, 'the gate of canary is open']],
  HOTFIX: [
    [{ passed: [], operatorReason: 'CVE' }, 'hotfix past an open gate: CVE'],
    [
      {
        passed: [
          { code: 'OPERATOR_FREEZE', data: { actor: 'sue' } },
          { code: 'DEPLOYMENT_WINDOW', data: { stage: 'early' } },
        ],
        operatorReason: 'CVE',
      },
      'hotfix past the change freeze by sue and the deployment window of early: CVE',
    ],
  ],
  HOLDBACK_RELEASED: [
    [{ gate: GATE, devices: 17 }, 'the gate of production is open; the holdback of 17 devices is released'],
  ],
  HOLDBACK_UNDECIDED: [[{ gate: GATE }, 'the gate of production is open; the next evaluation chooses the holdback']],
  HOLDBACK_CHOSEN: [[{ gate: GATE, devices: 1 }, 'the gate of production is open; 1 device held back']],
  HOLDBACK_IMPOSSIBLE: [[{ gate: GATE }, 'the gate of production is open; no device can be held back']],
  INSTALLING: [[{ ...INSTALLS, quorum: 16 }, '15 of 17 devices installed, 1 offline, 16 needed']],
  INSTALLED: [
    [{ ...INSTALLS, late: NOBODY }, '15 of 17 devices installed, 1 offline'],
    [{ ...INSTALLS, late: SEVEN }, '15 of 17 devices installed, 1 offline; not waited for: a, b, c, d, e and 2 more'],
  ],
  QUORUM_MISSED: [
    [{ ...INSTALLS, quorum: 16 }, '15 of 17 devices installed, 1 offline after a whole window, 16 needed'],
  ],
  WINDOW_RUNNING: [[{ elapsedMs: 3 * HOUR_MS, windowMs: 24 * HOUR_MS }, '3.0 h of the 24.0 h window have elapsed']],
  WINDOW_EXTENDED: [[{ lacks: [NO_DATA, CRASHED] }, 'the window is extended: no data; 3 crashes, 0 allowed (a)']],
  EVIDENCE_OVERDUE: [
    [{ elapsedMs: 48 * HOUR_MS, lacks: [NO_DATA] }, 'still inconclusive 48.0 h into the window: no data'],
  ],
  WINDOW_PASSED: [
    [PASSED.data, '400.0 h of healthy exposure, 367.2 h needed'],
    [
      { ...PASSED.data, uncounted: SEVEN },
      '400.0 h of healthy exposure, 367.2 h needed; not counted: a, b, c, d, e and 2 more',
    ],
  ],
  HOLDBACK_WATCHED: [
    [
      { passed: PASSED, devices: SEVEN, forMs: HOUR_MS },
      '400.0 h of healthy exposure, 367.2 h needed; released devices are watched for 1.0 h: a, b, c, d, e and 2 more',
    ],
  ],
  HOLDBACK_INSTALLING: [
    [
      { passed: PASSED, devices: SEVEN },
      '400.0 h of healthy exposure, 367.2 h needed; released and not installed: a, b, c, d, e and 2 more',
    ],
  ],
  BAKING: [
    [
      { passed: NO_DATA, bakedMs: 1_800_000, bakeMs: 3_600_000 },
      'no data; 0.5 h of the bake time of 1.0 h have elapsed',
    ],
  ],
  STRAGGLERS_WATCHED: [
    [
      { passed: PASSED, devices: SEVEN },
      '400.0 h of healthy exposure, 367.2 h needed; late devices run their own window: a, b, c, d, e and 2 more',
    ],
  ],
  ROLLING_BACK: [[BACK, '15 of 17 devices back on 2.3.1, 1 offline']],
  ROLLED_BACK: [[BACK, 'rollback confirmed: 15 of 17 devices back on 2.3.1, 1 offline']],
  ROLLBACK_UNVERIFIED: [
    [
      { ...BACK, unverified: [{ stage: 'early', confirmed: 3, quorum: 62 }] },
      'rollback not verified, the other devices cannot be reached: 15 of 17 devices back on 2.3.1, 1 offline; early 3, 62 needed',
    ],
  ],
  VERIFICATION_OVERDUE: [
    [
      { ...BACK, unverified: [{ stage: 'canary', confirmed: 3, quorum: 15 }], elapsedMs: 86_400_000 },
      'rollback still not verified after 24.0 h: 15 of 17 devices back on 2.3.1, 1 offline; canary 3, 15 needed',
    ],
  ],
  ROLLBACK_FAILED_ON_DEVICES: [[{ failed: FAILED }, '1 device failed to roll back: a FAILED']],
  ROLLBACK_FAILED: [
    [
      { ...BACK, failed: [...FAILED, ...FAILED] },
      '2 devices failed to roll back: a FAILED, a FAILED; 15 of 17 devices back on 2.3.1, 1 offline',
    ],
  ],
  ROLLBACK_OVERDUE: [
    [
      { ...BACK, deadlineMs: HOUR_MS / 4, open: { count: 1, first: ['a'] }, isRequestPending: true },
      'rollback not verified after 15 min: 15 of 17 devices back on 2.3.1, 1 offline; open: a, a deployment that could not be created',
    ],
    [
      { ...BACK, deadlineMs: HOUR_MS / 4, open: NOBODY, isRequestPending: true },
      'rollback not verified after 15 min: 15 of 17 devices back on 2.3.1, 1 offline; open: a deployment that could not be created',
    ],
  ],
  ABORTED: [[JO, 'aborted by jo: noise on line 3']],
  WINDOW_SKIPPED: [[{ ...JO, remainingMs: 5 * HOUR_MS }, '5.0 h of the window skipped by jo: noise on line 3']],
  PROMOTED_WITHOUT_EVIDENCE: [[{ ...JO, despite: NO_DATA }, 'promoted by jo: noise on line 3 (no data)']],
  RETRIED: [[JO, 'retried by jo: noise on line 3']],

  FREEZE_CALENDAR: [[{ name: 'year-end' }, 'freeze "year-end"']],
  DENY_WINDOW: [[{ from: '13:00', to: '15:00' }, 'deny window 13:00-15:00']],
  DEPLOYMENT_WINDOW: [[{ stage: 'early' }, 'the deployment window of early']],
  OPERATOR_FREEZE: [[{ actor: 'sue' }, 'the change freeze by sue']],
  NO_DATA: [[{}, 'no data']],
  DEPLOYMENT_UNCONFIRMED: [[{ stage: 'canary' }, 'it is unknown whether the canary deployment was created']],
  HOLDBACK_RELEASE_UNFINISHED: [[{ stage: 'production' }, 'some held-back devices have not rejoined production yet']],
  DEVICES_LACKING: [[{ present: 14, quorum: 15 }, '14 devices installed and reporting, 15 needed']],
  DEVICE_EXPOSURE_LACKING: [
    [{ devices: SEVEN, neededMs: 20 * HOUR_MS }, 'less than 20.0 h of exposure on a, b, c, d, e and 2 more'],
  ],
  EXPOSURE_LACKING: [[{ exposedMs: 357 * HOUR_MS, neededMs: 367.2 * HOUR_MS }, '357.0 h of exposure, 367.2 h needed']],
  SHIFT_EXPOSURE_LACKING: [
    [
      { shift: 'third', exposedMs: 5.5 * HOUR_MS, neededMs: 6 * HOUR_MS },
      '5.5 h of exposure in the third shift, 6.0 h needed',
    ],
  ],

  CRASHES: [
    [{ crashes: 0, allowed: 0, expected: 0, devices: NOBODY }, '0 crashes, 0 allowed'],
    [
      { crashes: 1, allowed: 0, expected: 0.486, devices: { count: 1, first: ['a'] } },
      '1 crash, 0 allowed, 0.49 expected by the baseline (a)',
    ],
  ],
  FAILED_DEPLOYMENTS: [
    [{ devices: 0, of: 17, allowed: 0, first: null }, 'no deployment failed'],
    [
      { devices: 2, of: 17, allowed: 0, first: { thing: 'a', status: 'REJECTED' } },
      'the deployment failed on 2 of 17 devices, 0 allowed, first a (REJECTED)',
    ],
  ],
  SILENT_FALLBACKS: [
    [{ devices: NOBODY, version: '2.3.1' }, '0 devices fell back to 2.3.1 without a rollback'],
    [
      { devices: SEVEN, version: '2.3.1' },
      '7 devices fell back to 2.3.1 without a rollback (a, b, c, d, e and 2 more)',
    ],
  ],
  SILENT_DEVICES: [
    [
      { silent: NOBODY, heard: 17, allowed: 1, isCommon: false, awayLines: { count: 1, first: [3] } },
      '0 of 17 devices stopped reporting, 1 allowed',
    ],
    [
      { silent: SEVEN, heard: 17, allowed: 1, isCommon: true, awayLines: { count: 2, first: [3, 4] } },
      '7 of 17 devices stopped reporting, 1 allowed (a, b, c, d, e and 2 more); other devices of lines 3, 4 are away as well',
    ],
  ],
  CONNECTION_FAILURES: [
    [
      {
        failures: 51,
        attempts: 1020,
        failedPct: 5,
        allowedPct: 2,
        controlsPct: 0.526,
        segment: { span: 'since-update' },
      },
      '51 of 1020 connection attempts failed since the update (5.00 %), 2 % allowed, controls 0.53 %',
    ],
    [
      {
        failures: 51,
        attempts: 1020,
        failedPct: 5,
        allowedPct: 2,
        controlsPct: null,
        segment: { span: 'change-point', evaluations: 7 },
      },
      '51 of 1020 connection attempts failed since a change 7 evaluations ago (5.00 %), 2 % allowed, no controls, history only',
    ],
  ],
  NO_CONNECTION_ATTEMPTS: [[{}, 'no connection attempts were reported']],
  DEVICES_DOWN: [
    [
      { stage: 'canary', own: { down: 0, of: 17 }, controls: { down: 0, of: 323 } },
      '0 of 17 canary devices down at this evaluation (controls: 0 of 323)',
    ],
    [
      { stage: 'canary', own: { down: 4, of: 17 }, controls: null },
      '4 of 17 canary devices down at this evaluation (no controls)',
    ],
  ],
  CYCLE_TIME_INCREASE: [
    [
      { increasePct: 12, allowedPct: 10, segment: { span: 'rolling-window' }, lines: 17, hasControls: true },
      'cycle time 12.00 % above the baseline over 17 lines in the rolling window, 10 % allowed',
    ],
    [
      { increasePct: 12, allowedPct: 10, segment: { span: 'latest-evaluation' }, hasControls: false },
      'cycle time 12.00 % above the baseline at this evaluation, 10 % allowed; no controls, history only',
    ],
  ],
  NO_CYCLES: [[{}, 'no cycles were reported']],
  OUTPUT_DECREASE: [
    [
      {
        made: 'cycles',
        decreasePct: 100,
        allowedPct: 10,
        segment: { span: 'rolling-window', line: 4 },
        lines: [4],
        hasControls: true,
      },
      '100.0 % fewer cycles per minute on line 4 in the rolling window, 10 % allowed',
    ],
    [
      {
        made: 'units',
        decreasePct: 12,
        allowedPct: 10,
        segment: { span: 'since-update' },
        lines: [4, 9],
        hasControls: false,
      },
      '12.0 % fewer units per minute since the update, 10 % allowed, most on the lines 4, 9; no controls, history only',
    ],
  ],
  METRIC_EVENTS: [
    [
      {
        metric: 'qualityPasses',
        of: 'qualityChecks',
        direction: 'decrease',
        count: 8,
        exposure: 100,
        expected: 1.5,
        change: 6.5,
        controlsChange: 0.1,
        allowed: 1,
        unit: 'points',
        segment: { span: 'since-update' },
      },
      '8 of 100 qualityChecks without qualityPasses since the update (+6.50 points), 1.5 expected, 1 points allowed, controls 0.10 points',
    ],
    [
      {
        metric: 'spatter',
        of: null,
        direction: 'increase',
        count: 3,
        exposure: 60,
        expected: 0,
        change: null,
        controlsChange: null,
        allowed: 20,
        unit: 'percent',
        segment: { span: 'rolling-window', line: 4 },
      },
      '3 spatter in 60 minutes on line 4 in the rolling window, 0.0 expected, 20 % allowed, no controls, history only',
    ],
  ],
  METRIC_EFFECT: [
    [
      {
        metric: 'torqueNm',
        test: 'mean',
        change: -7.25,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
        hasControls: true,
      },
      'mean of torqueNm changed by -7.25 % since the update, 5 % allowed',
    ],
    [
      {
        metric: 'torqueNm',
        test: 'mean',
        change: 2.5,
        allowed: 2,
        unit: 'metric',
        segment: { span: 'rolling-window', line: 9 },
        hasControls: false,
      },
      'mean of torqueNm changed by +2.50 on line 9 in the rolling window, 2 allowed; no controls, history only',
    ],
  ],
  METRIC_TREND: [
    [
      {
        metric: 'openHandles',
        thing: null,
        devices: 17,
        perHour: 4.25,
        allowedPerHour: 2,
        unit: 'metric',
        hasControls: true,
      },
      'openHandles changes by +4.25/h on 17 devices, 2/h allowed',
    ],
    [
      {
        metric: 'openHandles',
        thing: 'line-03-04',
        devices: 1,
        perHour: null,
        allowedPerHour: 0.5,
        unit: 'percent',
        hasControls: false,
      },
      'no trend of openHandles on line-03-04, 0.5 %/h allowed; no controls, history only',
    ],
  ],
  METRIC_MISSING: [
    [
      { metric: 'torqueNm', lines: { count: 2, first: [4, 9] }, of: 17, controls: 'report' },
      'torqueNm: none from lines 4, 9 of 17; the controls report it',
    ],
    [{ metric: 'torqueNm', lines: { count: 0, first: [] }, of: 0, controls: 'none' }, 'torqueNm: nothing was due yet'],
  ],
  NO_METRIC: [[{ metric: 'torqueNm' }, 'too little of torqueNm was reported']],
  ERROR_RATE: [
    [
      {
        errors: 24,
        expectedErrors: 2,
        increase: 1100,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update', line: 7 },
      },
      '24 errors on line 7 since the update, 2.0 expected (+1100.0 %), +5 % allowed, controls 0.0 %',
    ],
    [
      {
        errors: 1,
        expectedErrors: 0,
        increase: null,
        controlsIncrease: null,
        allowed: 5,
        unit: 'points',
        segment: { span: 'since-update' },
      },
      '1 error since the update, 0.0 expected, +5 points allowed, no controls, history only',
    ],
    [
      {
        errors: 1,
        expectedErrors: 2,
        increase: -50,
        controlsIncrease: 0,
        allowed: 5,
        unit: 'percent',
        segment: { span: 'since-update' },
      },
      '1 error since the update, 2.0 expected (-50.0 %), +5 % allowed, controls 0.0 %',
    ],
  ],
  NO_OPERATING_TIME: [[{}, 'no operating minutes were reported']],
  MEMORY_GROWTH: [
    [
      { thing: null, devices: 17, slopeMiBPerHour: 18, hoursToExhaustion: 9, hasControls: true },
      'memory of 17 devices grows by 18.0 MiB/h and is exhausted in 9.0 h',
    ],
    [
      { thing: 'a', devices: 1, slopeMiBPerHour: 18, hoursToExhaustion: 9, hasControls: false },
      'memory of a grows by 18.0 MiB/h and is exhausted in 9.0 h; no controls, history only',
    ],
  ],
  MEMORY_ALMOST_EXHAUSTED: [
    [{ thing: 'a', freePct: 21.875, neededPct: 25 }, 'a has 22 % of its memory free, 25 % needed for a rollback'],
  ],
  NO_MEMORY_TREND: [
    [{ devices: 0, hasControls: true }, 'not enough memory samples for a trend'],
    [{ devices: 17, hasControls: false }, 'no memory trend on 17 devices; no controls, history only'],
  ],
  LINE_PEER_ERRORS: [
    [
      { errors: 1292, expectedErrors: 646, version: '2.3.1' },
      '1292 errors in the rolling window on devices that stay on 2.3.1, 646.0 expected',
    ],
  ],
  SMALLEST_ERROR_INCREASE: [
    [
      { stage: 'canary', increasePct: 28.2, expectedErrors: 816, windowMs: 24 * HOUR_MS },
      'canary can detect +28.2 % errors, of 816 expected in 24.0 h',
    ],
    [
      { stage: 'canary', increasePct: null, expectedErrors: 0, windowMs: 24 * HOUR_MS },
      'canary can detect any error in 24.0 h',
    ],
  ],
  SMALLEST_FAILED_SHARE: [
    [
      { stage: 'canary', failedPct: 2, isOneLine: false, windowMs: 24 * HOUR_MS },
      'canary can detect 2.00 % failed connections on all lines in 24.0 h',
    ],
    [
      { stage: 'canary', failedPct: 3.13, isOneLine: true, windowMs: 24 * HOUR_MS },
      'canary can detect 3.13 % failed connections on one line in 24.0 h',
    ],
  ],
  SMALLEST_CYCLE_TIME_INCREASE: [
    [
      { stage: 'canary', increasePct: 14.4, isOneLine: true, windowMs: 24 * HOUR_MS },
      'canary can detect +14.4 % cycle time on one line in 24.0 h',
    ],
    [
      { stage: 'canary', increasePct: 10, isOneLine: false, windowMs: 24 * HOUR_MS },
      'canary can detect +10.0 % cycle time on all lines in 24.0 h',
    ],
  ],
  SMALLEST_LEAK: [
    [
      { stage: 'canary', slopeMiBPerHour: 5.03, heldMiBPerHour: 1.44, withinHours: 72, windowMs: 24 * HOUR_MS },
      'canary can detect a leak of 5.0 MiB/h in 24.0 h; it is rolled back where memory is exhausted within 72 h, and is not promoted with one of 1.4 MiB/h',
    ],
    [
      { stage: 'canary', slopeMiBPerHour: null, heldMiBPerHour: null, withinHours: 72, windowMs: HOUR_MS },
      'canary can detect no memory leak in 1.0 h',
    ],
  ],
  SMALLEST_CRASH_RATE: [
    [
      { stage: 'canary', crashesPerDeviceDay: 0.1762, windowMs: 24 * HOUR_MS },
      'canary without a crash in 24.0 h shows a constant rate below 0.176 per device and day (95 % confidence)',
    ],
  ],
  SMALLEST_ERROR_INCREASE_ON_LINE: [
    [
      { stage: 'canary', line: 7, increasePct: 144.6, windowMs: 24 * HOUR_MS },
      'canary can detect +145 % errors on line 7 alone in 24.0 h',
    ],
  ],
  SMALLEST_CYCLE_TIME_DRIFT: [
    [
      { stage: 'canary', ratePctPerHour: 0.46, windowMs: 24 * HOUR_MS },
      'canary can detect a cycle time that grows by 0.46 % an hour in 24.0 h',
    ],
    [
      { stage: 'canary', ratePctPerHour: null, windowMs: 24 * HOUR_MS },
      'canary can detect no growth of the cycle time in 24.0 h',
    ],
  ],
  SMALLEST_OUTPUT_DECREASE: [
    [{ stage: 'canary', decreasePct: 10.26, windowMs: 24 * HOUR_MS }, 'canary can detect 10.3 % less output in 24.0 h'],
    [
      { stage: 'production', decreasePct: null, windowMs: 24 * HOUR_MS },
      'production can detect no decrease of output in 24.0 h',
    ],
  ],
  SMALLEST_METRIC_CHANGE: [
    [
      { ...SMALLEST_CHANGE, change: 1.634 },
      'canary can detect -1.63 points in the share of qualityPasses on all lines in 24.0 h (quality)',
    ],
    [
      {
        ...SMALLEST_CHANGE,
        test: 'mean',
        metric: 'torqueNm',
        rule: 'torque',
        direction: 'either',
        change: 5.3,
        unit: 'percent',
        isOneLine: true,
      },
      'canary can detect ±5.30 % in the mean of torqueNm on one line in 24.0 h (torque)',
    ],
    [
      { ...SMALLEST_CHANGE, change: null },
      'canary can detect no change in the share of qualityPasses on all lines in 24.0 h (quality)',
    ],
  ],

  ROLLOUT_ACTIVE: [[{ rolloutId: 'r-1' }, 'rollout r-1 is active']],
  GROUP_EMPTY: [
    [{ stages: ['early'] }, 'no devices in the thing group early'],
    [{ stages: ['canary', 'early'] }, 'no devices in the thing groups canary, early'],
  ],
  GROUP_ON_OTHER_VERSION: [
    [
      {
        stages: [
          { stage: 'canary', version: '2.3.0' },
          { stage: 'early', version: null },
        ],
        expected: '2.3.1',
      },
      'thing group canary runs 2.3.0, not 2.3.1; thing group early runs no firmware, not 2.3.1',
    ],
  ],
  STAGE_BELOW_QUORUM: [
    [
      { stages: [{ stage: 'canary', reporting: 1, members: 2, quorum: 2 }] },
      '1 of 2 canary devices are connected and report, 2 needed',
    ],
  ],
  SEVERAL_STAGES: [
    [
      { devices: [{ thing: 'a', groups: ['canary', 'production'] }] },
      '1 device in several stages: a (canary and production)',
    ],
  ],
  LINE_MISSING: [[{ things: ['a', 'b'] }, '2 devices without the thing attribute "line": a, b']],
  STAGE_COUNT: [
    [
      {
        stage: 'canary',
        lines: Array.from({ length: 17 }, (_, i) => ({ line: i + 1, members: 0, devices: 20 })),
        wanted: 1,
      },
      '1 canary device per line wanted: line 1 has 0, line 2 has 0, line 3 has 0, line 4 has 0, line 5 has 0 and 12 more',
    ],
  ],
  STAGE_MEMBERS: [
    [
      { stage: 'lab', missing: ['a', 'b'], others: ['c'] },
      'not in the thing group lab: a, b; in the thing group lab and not named for it: c',
    ],
  ],
  STAGE_SHARE: [
    [
      { stage: 'early', lines: [{ line: 1, members: 3, devices: 5 }], wantedPct: 20 },
      '20 % early devices per line wanted: line 1 has 3 of 5',
    ],
  ],
  WINDOW_TOO_SHORT: [
    [
      { windowMs: 300_000, tickMs: 300_000 },
      'a window of 5 min must be longer than the period of the evaluations, 5 min',
    ],
  ],
  GATE_NEVER_OPENS: [
    [
      { stages: [{ stage: 'early', closedBy: { code: 'FREEZE_CALENDAR', data: { name: 'year-end' } } }] },
      'the gate of early never opens: freeze "year-end"',
    ],
  ],
  HOLDBACK_GROUP_MISSING: [
    [{ group: 'holdback' }, 'there is no thing group holdback to hold devices back in; create it, empty'],
  ],
  HOLDBACK_GROUP_NOT_EMPTY: [
    [
      { group: 'holdback', things: ['a'], returnTo: 'production' },
      'thing group holdback is not empty: a; move them back to production',
    ],
  ],
  NOT_DEPLOYABLE: [
    [
      {
        components: [
          { component: 'c', version: '1' },
          { component: 'd', version: null },
        ],
      },
      'not DEPLOYABLE: c 1, d (none deployed)',
    ],
  ],
  DATA_VERSIONS_UNREAD: [
    [{ version: '2.4.0', writes: 7, unread: [6, 8] }, '2.4.0 writes data version 7 and does not read 6, 8'],
  ],
  SHADOW_VERSION_UNREAD: [[{ version: '2.4.0', unread: '1.0' }, '2.4.0 does not read shadow version 1.0']],
  PREVIOUS_SCHEMAS_MISSING: [
    [{ replaces: '2.3.1' }, 'the request does not state what 2.3.1 reads and writes (release.previous)'],
  ],
  BREAKING_DATA_CHANGE: [
    [
      { changes: [{ reader: '2.3.1', writer: '2.4.0', written: '7' }] },
      '2.3.1 does not read data version 7 that 2.4.0 writes: a breaking change without release.migration',
    ],
  ],
  BREAKING_SHADOW_CHANGE: [
    [
      { changes: [{ reader: '2.3.1', writer: '2.4.0', written: '2.0' }] },
      '2.3.1 does not read shadow version 2.0 that 2.4.0 writes',
    ],
  ],
  MEMORY_TOO_LOW: [[{ devices: [{ thing: 'a', freePct: 20 }], neededPct: 25 }, '25 % free memory needed: a has 20 %']],
  DISK_TOO_LOW: [
    [{ devices: [{ thing: 'a', freeMiB: 19.4 }], neededMiB: 20 }, '20 MiB free disk space needed: a has 19 MiB'],
  ],
  METRIC_UNKNOWN: [
    [
      { metrics: [{ rule: 'torque', metric: 'torqueNM', kind: 'gauge', nearest: 'torqueNm' }] },
      'the rule torque is on the gauge torqueNM, which no device reports; did you mean "torqueNm"?',
    ],
  ],
  BASELINE_TOO_SHORT: [
    [{ coveragePct: 60, neededPct: 70 }, 'the baseline covers 60 % of devices x shifts, 70 % needed'],
  ],
  BASELINE_TOO_NOISY: [
    [
      { alarms: [{ stage: 'early', rule: 'component-crash', days: 2, reason: CRASHED }] },
      'the baseline is too noisy: without any release, component-crash would have rolled back early on 2 baseline days (3 crashes, 0 allowed (a))',
    ],
  ],

  STATUS_GIVEN: [[{}, 'current status']],
  ROLLOUT_PAUSED: [[{}, 'nothing is deployed or promoted until it is resumed']],
  ROLLOUT_RESUMED: [[{ pausedBy: 'jo' }, 'resumed after the pause by jo']],
  ROLLBACK_REQUESTED: [[{}, 'every deployed stage is rolled back']],
  ROLLBACK_RETRIED: [[{}, 'the rollback is requested again']],
  DEPLOYMENT_RETRIED: [[{ stage: 'canary' }, 'canary is deployed again']],
  WINDOW_RESTARTED: [[{ stage: 'canary' }, 'the window of canary starts again']],
  FREEZE_SET: [[{}, 'no stage is deployed until unfreeze, except rollbacks and hotfixes']],
  FREEZE_LIFTED: [[{ frozenBy: 'sue' }, 'the change freeze by sue is lifted']],
  DONE_BEFORE: [[{ operation: 'pause', id: 'op-1' }, 'pause op-1 was done before']],
  IDEMPOTENT_PARAMETER_MISMATCH: [
    [
      { id: 'op-1', operation: 'pause', actor: 'jo', operatorReason: 'noise' },
      'id op-1 belongs to pause by jo (noise), which was done before; another request needs another id',
    ],
  ],
  ALREADY_PAUSED: [
    [
      { actor: 'jo', reason: { code: 'OPERATOR_REASON', data: { operatorReason: 'noise' } } },
      'already paused by jo: noise',
    ],
  ],
  ALREADY_FROZEN: [[JO, 'changes are already frozen by jo: noise on line 3']],
  ROLLOUT_MISSING: [[{}, 'there is no rollout']],
  ROLLOUT_OVER: [
    [{ state: 'completed' }, 'the rollout is completed; start another one'],
    [{ state: 'halted' }, 'the rollout is halted; retry or abort it'],
  ],
  ROLLBACK_NOT_PAUSABLE: [[{}, 'a rollback cannot be paused']],
  NOT_PAUSED: [[{}, 'the rollout is not paused']],
  ROLLBACK_RUNNING: [[{}, 'it is already rolling back']],
  HALTED_IN_ROLLBACK: [[{}, 'it was halted during its rollback; use retry to request the rollback again']],
  STAGE_NOT_HEALTHY: [[{ finding: NO_DATA }, 'the stage is not healthy: no data']],
  STAGE_BREACHES: [[{ finding: CRASHED }, 'the stage is in breach: 3 crashes, 0 allowed (a)']],
  WINDOW_ELAPSED: [[{}, 'the window has elapsed; use promote to proceed without the missing evidence']],
  WINDOW_NOT_ELAPSED: [
    [{ remainingMs: 19 * HOUR_MS }, '19.0 h of the window remain; use skip to proceed without them'],
  ],
  NOT_HALTED: [[{}, 'it is not halted; failed steps are retried at every evaluation']],
  HALT_ORIGIN_UNKNOWN: [[{}, 'the state that it was halted in is unknown']],
  NOT_FROZEN: [[{}, 'changes are not frozen']],
  NOT_SOAKING: [[{ stage: 'canary', state: 'waiting' }, 'canary is waiting, not soaking']],
  PAUSED_BY: [[{ actor: 'jo' }, 'paused by jo; resume it first']],
  NO_RECENT_EVALUATION: [[{}, "no recent evaluation; the stage's health is unknown"]],
  HEALTH_UNKNOWN: [[{}, "telemetry is down; the stage's health is unknown"]],
  UNKNOWN_OPERATION: [
    [{ operation: 'paws', known: ['pause', 'resume'] }, 'unknown operation "paws"; one of pause, resume'],
  ],
  ATTRIBUTION_MISSING: [[{ operation: 'pause' }, 'pause needs an actor and a reason, for the audit trail']],
  ID_NOT_TEXT: [[{}, 'the id of an operation must be a text']],

  ROLLOUT_HALTED: [[PAGED, 'release 2.4.0, canary: rollout halted: 3 crashes, 0 allowed (a)']],
  ROLLOUT_HELD: [[PAGED, 'release 2.4.0, canary: rollout held: 3 crashes, 0 allowed (a)']],
  ROLLBACK_STUCK: [[{ ...PAGED, stuck: ['a'] }, 'release 2.4.0, canary: rollback stuck: 3 crashes, 0 allowed (a)']],
}

const ROWS = Object.entries(EXAMPLES).flatMap(([code, examples]) =>
  examples.map(([data, text]) => [code, data as object, text] as const),
)

it.each(ROWS)('%s of %j reads well', (code, data, text) => {
  expect(textOf({ code, data })).toBe(text)
})

it('has no text twice', () => {
  // `NO_DATA` is also all that a breach without a finding says.
  const texts = ROWS.filter(([code]) => code !== 'RULE_BREACHED').map(([, , text]) => text)
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
})
