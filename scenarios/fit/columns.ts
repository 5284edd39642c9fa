import { nearest } from '../../controller/support/schema-problems.ts'

/** What a recording may have of a device, by the names of the health document. */
export const METRICS = {
  cycles: 'count',
  cycleTimeMsSum: 'count',
  cycleTimeMsSumOfSquares: 'count',
  errors: 'count',
  connectionAttempts: 'count',
  connectionFailures: 'count',
  cycleTimeMs: 'gauge',
  cpuPct: 'gauge',
  memoryMiB: 'gauge',
  uptimeS: 'gauge',
} as const satisfies Record<string, 'count' | 'gauge'>
export type Metric = keyof typeof METRICS
export const METRIC_NAMES = Object.keys(METRICS) as readonly Metric[]
export const COUNTS = METRIC_NAMES.filter((name) => METRICS[name] === 'count')

/** What a column holds: a metric, with the factor to its unit, or one of the other parts of a row. */
export type Role =
  | { readonly is: 'time' | 'offsetS' | 'device' | 'line' | 'metric' | 'value' }
  | { readonly is: 'reading'; readonly metric: Metric; readonly factor: number }

const reading = (metric: Metric, factor = 1): Role => ({ is: 'reading', metric, factor })

/** Names with their units; further spellings are in `ALIASES`. */
const ROLES: Readonly<Record<string, Role>> = {
  time: { is: 'time' },
  offsetS: { is: 'offsetS' },
  device: { is: 'device' },
  line: { is: 'line' },
  metric: { is: 'metric' },
  value: { is: 'value' },
  ...Object.fromEntries(METRIC_NAMES.map((metric) => [metric, reading(metric)])),
  cycleTimeS: reading('cycleTimeMs', 1000),
  cycleTimeSumS: reading('cycleTimeMsSum', 1000),
  memoryBytes: reading('memoryMiB', 1 / 1_048_576),
  memoryKiB: reading('memoryMiB', 1 / 1024),
  memoryMB: reading('memoryMiB', 1e6 / 1_048_576),
  memoryGiB: reading('memoryMiB', 1024),
  uptimeMs: reading('uptimeS', 1 / 1000),
}
/** Every name that --column knows. */
export const ROLE_NAMES = Object.keys(ROLES)

/** What other programs and version 1.0 of the health document write, without case and signs. */
const ALIASES: Readonly<Record<string, string>> = {
  timestamp: 'time',
  ts: 'time',
  datetime: 'time',
  sampledat: 'time',
  sampledatms: 'time',
  thing: 'device',
  thingname: 'device',
  deviceid: 'device',
  station: 'device',
  machine: 'device',
  lineid: 'line',
  productionline: 'line',
  connattempts: 'connectionAttempts',
  connfailures: 'connectionFailures',
  cycletimemsavg: 'cycleTimeMs',
  memmib: 'memoryMiB',
  uptime: 'uptimeS',
  cpu: 'cpuPct',
  cpupercent: 'cpuPct',
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
const BY_PLAIN_NAME = new Map([...ROLE_NAMES.map((name) => [plain(name), name] as const), ...Object.entries(ALIASES)])

/** `cycleTimeS=Taktzeit`: a known name for a column of the file. */
export interface Mapping {
  readonly role: string
  readonly column: string
}

/** What --column says, or its problem. */
export function mappingOf(argument: string): Mapping | string {
  const at = argument.indexOf('=')
  if (at < 1 || at === argument.length - 1) return `"${argument}" is not name=column, such as device=Machine`
  const [role, column] = [argument.slice(0, at).trim(), argument.slice(at + 1).trim()]
  return role in ROLES ? { role, column } : `"${role}" is no name of a column${nearest(role, ROLE_NAMES)}`
}

/** The role of a column; null if it has none. Columns that a mapping names have that role and no other. */
export function roleOf(column: string, mappings: readonly Mapping[]): Role | null {
  const mapped = mappings.find((one) => one.column === column)
  if (mapped !== undefined) return ROLES[mapped.role] as Role
  const name = BY_PLAIN_NAME.get(plain(column))
  // A role that is mapped to another column is taken.
  return name === undefined || mappings.some(({ role }) => role === name) ? null : (ROLES[name] as Role)
}

/** What is wrong with the columns of a file; null if nothing is. */
export function columnsProblem(columns: readonly string[], mappings: readonly Mapping[]): string | null {
  const roles = columns.map((column) => ({ column, role: roleOf(column, mappings) }))
  const has = (is: Role['is']): boolean => roles.some(({ role }) => role?.is === is)
  // In the long form a mapping may name a metric of the rows.
  const missing = mappings.find(
    ({ column, role }) => !columns.includes(column) && !(has('metric') && ROLES[role]?.is === 'reading'),
  )
  if (missing !== undefined) return `has no column "${missing.column}"${nearest(missing.column, columns)}`
  const seen = new Map<string, string>()
  for (const { column, role } of roles) {
    if (role === null) continue
    const key = role.is === 'reading' ? role.metric : role.is
    const other = seen.get(key)
    if (other !== undefined) return `columns "${other}" and "${column}" are both ${key}; say which with --column`
    seen.set(key, column)
  }
  if (!has('time') && !has('offsetS')) return `has no column of times${hintFor('time', columns)}`
  if (!has('device')) return `has no column of devices${hintFor('device', columns)}`
  if (has('metric') !== has('value')) return `has only one of the columns metric and value`
  if (!has('metric') && !has('reading')) return `has no metric; one of ${METRIC_NAMES.join(', ')}`
  return null
}

const hintFor = (role: string, columns: readonly string[]): string =>
  `; say which of ${columns.map((column) => `"${column}"`).join(', ')} it is, such as --column ${role}=${columns[0]}`

/** A metric by the name that a row of the long form has for it. */
export const readingOf = (name: string, mappings: readonly Mapping[]): Extract<Role, { is: 'reading' }> | null => {
  const role = roleOf(name, mappings)
  return role?.is === 'reading' ? role : null
}
