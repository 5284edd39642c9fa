import { CANARY, NEW, OLD } from './fixtures.ts'

const inNew = { firmware: NEW }
const here = { device: CANARY }

/**
 * Every kind of fault of the device family, as a scenario file writes it, by a name of its own: for tests of what all
 * of them must keep to. Onsets fall within the first hours.
 */
export const DEVICE_FAULTS: Readonly<Record<string, readonly object[]>> = {
  'crash loop': [{ kind: 'crash', in: inNew, after: '6min' }],
  'leak, killed, leaks again': [{ kind: 'memory-leak', in: inNew, rate: '600 MiB/h', every: '7min' }],
  'counter, then a crash': [{ kind: 'counter-overflow', in: { fleet: 'all' }, cycles: 60 }],
  'counter, then errors, on a slowing machine': [
    { kind: 'counter-overflow', in: inNew, cycles: 60, factor: 9 },
    { kind: 'cycle-drift', in: { line: 1 }, onset: '10min', rise: '40 %', over: '1h' },
  ],
  'hang in the download': [{ kind: 'hang', in: { ...inNew, line: 1 }, at: 'download' }],
  'rejected job': [{ kind: 'rejected-job', in: inNew }],
  'disk full': [{ kind: 'failed-download', in: { ...inNew, ...here }, because: 'disk-full' }],
  'corrupt artifact': [{ kind: 'failed-download', in: inNew, because: 'corrupt-artifact' }],
  'starved and pruned': [
    { kind: 'memory-leak', in: inNew, rate: '300 MiB/h' },
    { kind: 'starved-download', in: { fleet: 'all' }, freeBelow: '40 %' },
    { kind: 'pruned-artifacts', in: { line: 1 } },
  ],
  'silent fallback': [{ kind: 'silent-fallback', in: inNew, after: '20min' }],
  'reboot in the download': [{ kind: 'reboot', in: inNew, at: 'download', for: '90s' }],
  'reboot in the install, on a flapping network': [
    { kind: 'reboot', in: inNew, at: 'install', for: '4min' },
    { kind: 'offline', in: here, from: '3min', for: '2min', every: '5min' },
  ],
  'bricked in the install': [{ kind: 'bricked', in: { ...inNew, ...here }, at: 'install' }],
  'bricked at once': [{ kind: 'bricked', in: inNew, after: '0s' }],
  'clock ahead': [{ kind: 'clock-skew', in: { line: 1 }, ahead: '25min' }],
  'clock drifting behind': [{ kind: 'clock-skew', in: inNew, behind: '70min', over: '1h' }],
  'errors at the first shift': [{ kind: 'error-rise', in: { fleet: 'all' }, factor: 6, onset: '0h', during: 'first' }],
  'jittery cycles, fewer units, worse ones': [
    { kind: 'cycle-time-jitter', in: inNew, factor: 4, onset: '5min' },
    { kind: 'units-drop', in: inNew, share: '30 %', over: '40min' },
    { kind: 'quality-drop', in: { fleet: 'all' }, share: '20 %', onset: '10min', for: '1h' },
  ],
  'metrics that move, jitter and are missing': [
    { kind: 'metric-shift', in: inNew, metric: 'torqueNm', by: '-4 Nm', onset: '10min', over: '30min' },
    { kind: 'metric-shift', in: inNew, metric: 'weldSpatter', by: 'x2', during: 'first' },
    { kind: 'metric-spread', in: inNew, metric: 'torqueNm', factor: 3 },
    { kind: 'metric-missing', in: { fleet: 'all' }, metric: 'scrapped', onset: '25min', for: '40min' },
  ],
  'unreadable state': [{ kind: 'unreadable-state', in: { firmware: OLD }, writtenBy: NEW }],
  'unreadable messages': [{ kind: 'unreadable-messages', in: { firmware: OLD }, sentBy: NEW, factor: 30 }],
}
