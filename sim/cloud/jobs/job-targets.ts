import type { JobTarget, JobTargets } from './job.ts'

/** The things that targets reach, each once: a thing in two targets has one execution. [source: job-targets] */
export const thingsOf = (targets: readonly JobTarget[], things: JobTargets): string[] => [
  ...new Set(targets.flatMap(({ kind, name }) => (kind === 'thing' ? [name] : things.membersOf(name)))),
]

/** Whether any of the targets is the thing or a group that it is in. */
export const reaches = (targets: readonly JobTarget[], thing: string, things: JobTargets): boolean =>
  targets.some(({ kind, name }) => (kind === 'thing' ? name === thing : things.membersOf(name).includes(thing)))

/** Whether the group is one of the targets itself. */
export const hasGroup = (targets: readonly JobTarget[], group: string): boolean =>
  targets.some(({ kind, name }) => kind === 'group' && name === group)

/** Targets without repetition, in their order. */
export const eachOnce = (targets: readonly JobTarget[]): readonly JobTarget[] => [
  ...new Map(targets.map((target) => [`${target.kind}/${target.name}`, target])).values(),
]
