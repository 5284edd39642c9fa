import {
  DEFAULT_POLICY,
  type Members,
  type Policy,
  type StagePolicy,
  type WeeklyWindow,
} from '../../controller/policy/policy.ts'
import { DAYS, hours, pct } from './explain-units.ts'

/** When a stage may be deployed, who is in it, and what it has of its own. */
export function stageText({ name, members, windowMs, quorumShare }: StagePolicy, { gates }: Policy): string {
  const own = [
    (gates[name] ?? []).map(windowText).join(', '),
    ...(name in DEFAULT_POLICY.gates ? [] : [membersText(members)]),
    ...(windowMs === undefined ? [] : [`window ${hours(windowMs)}`]),
    ...(quorumShare === undefined ? [] : [`quorum ${pct(quorumShare)}`]),
  ]
  return `${name.padEnd(10)} ${own.join('; ')}`
}

function membersText(members: Members): string {
  if ('perLine' in members) return `${members.perLine} per line`
  if ('ofLine' in members) return `${pct(members.ofLine)} of each line`
  if ('ofRest' in members) return members.ofRest === 1 ? 'the rest' : `${pct(members.ofRest)} of the rest of each line`
  return 'things' in members ? `${members.things.length} by name` : `${members.attribute} ${members.is.join(' or ')}`
}

function windowText({ days, from, to }: WeeklyWindow): string {
  const names = days.length === DAYS.length ? 'every day' : days.map((day) => DAYS[day - 1]).join(' ')
  return from === to ? names : `${names} ${from}-${to}`
}
