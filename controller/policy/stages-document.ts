import { z } from 'zod'
import type { StageName } from '../contract.ts'
import { writtenDuration } from '../units/duration.ts'
import { writtenShare } from '../units/quantity.ts'
import { type Members, SEED_STAGES, type StagePolicy, splitInThree } from './policy.ts'
import { part, period } from './quantities.ts'

/** The fleet is read by one query of 12 terms at most, of which one is for the devices held back. [source: search-query] */
const MOST_STAGES = 11
const MOST_NAMES = 1_000

/** What a thing group may be called, without what reads as a number: names are keys of tables. [source: group-name] */
export const stageName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9:_-]{0,63}$/, {
  message: 'is no name of a thing group: a letter, then at most 63 of a-z, A-Z, 0-9, ":", "_" and "-"',
})

const members = z
  .union(
    [
      z.literal('rest'),
      z.strictObject({ perLine: z.int().positive().max(10_000).describe('Devices of each line') }),
      z.strictObject({ ofLine: part.describe('Share of each line, rounded to the nearest device') }),
      z.strictObject({ ofRest: part.describe('Share of what the stages before have left of each line') }),
      z.strictObject({ things: z.array(z.string().min(1)).min(1).max(MOST_NAMES).describe('Names of devices') }),
      z.strictObject({
        attribute: z.string().min(1).describe('Thing attribute'),
        is: z.array(z.string().min(1)).min(1).max(MOST_NAMES).describe('Its values, any of them'),
      }),
    ],
    {
      error: ({ input }) =>
        `${JSON.stringify(input)} is neither rest nor one of perLine, ofLine, ofRest, things, or attribute and is`,
    },
  )
  .describe('Which devices of each line it has. rest: all that the stages before it have left')

const stage = z.strictObject({
  name: stageName.describe('Of the thing group'),
  members,
  window: period.optional().describe("Monitoring window of the stage; the policy's by default"),
  quorum: part.optional().describe("Share that must be installed; the policy's quorum or laterQuorum by default"),
  steps: z
    .array(part)
    .min(1)
    .max(MOST_STAGES)
    .optional()
    .describe(
      'Shares of the stage, growing, that are deployed one after the other before the whole of it; each is a stage with a ' +
        'thing group NAME-1, NAME-2 and so on, with the window, gates and quorum of this one',
    ),
})

const seed = z
  .strictObject({
    canariesPerLine: z.int().positive().describe('Devices of each line that are canaries; 1 by default'),
    early: part.describe('Share of each line that is early; 20 % by default; the rest is production'),
  })
  .partial()

export const stagesSchema = z
  .union([seed, z.array(stage).min(1).max(MOST_STAGES)], {
    error: ({ input }) => `${JSON.stringify(input)} is neither numbers of the three usual stages nor a list of stages`,
  })
  .superRefine((stages, context) => {
    for (const problem of Array.isArray(stages) ? problemsOf(stages) : [])
      context.addIssue({ code: 'custom', ...problem })
  })
  .describe('The stages in the order in which they are deployed; by default canary, early, production')

export type StagesFile = z.output<typeof stagesSchema>
type StageFile = z.output<typeof stage>

interface Problem {
  readonly path: (string | number)[]
  readonly message: string
}

const RESERVED = 'holdback'

function problemsOf(stages: readonly StageFile[]): readonly Problem[] {
  const names = stages.flatMap(namesOf)
  if (names.length > MOST_STAGES) {
    return [{ path: [], message: `${names.length} stages and steps are more than ${MOST_STAGES}` }]
  }
  return stages.flatMap(({ name, members, steps = [] }, i): Problem[] => {
    const own = namesOf({ name, steps })
    const taken = own.find((one) => names.filter((other) => other === one).length > 1 || one === RESERVED)
    const grows = steps.every((step, k) => step > (steps[k - 1] ?? 0) && step < 1)
    return [
      ...(taken === undefined ? [] : [{ path: [i, 'name'], message: `"${taken}" is the name of another thing group` }]),
      ...(grows ? [] : [{ path: [i, 'steps'], message: 'must grow and stay below 100 %' }]),
      ...(isRest(members) && i < stages.length - 1
        ? [{ path: [i, 'members'], message: 'leaves nothing to the stages after it' }]
        : []),
      ...(steps.length > 0 && !isRest(members)
        ? [{ path: [i, 'steps'], message: 'can only divide the rest: list other stages one by one' }]
        : []),
    ]
  })
}

const isRest = (written: StageFile['members']): boolean =>
  written === 'rest' || ('ofRest' in written && written.ofRest === 1)

const namesOf = ({ name, steps = [] }: Pick<StageFile, 'name' | 'steps'>): readonly StageName[] =>
  steps.length === 0 ? [name] : [...steps, 1].map((_, i) => `${name}-${i + 1}`)

/** The stages of a document; each step of a stage is a stage. */
export function stagesOf(file: StagesFile | undefined): readonly StagePolicy[] {
  if (file === undefined) return SEED_STAGES
  return Array.isArray(file) ? file.flatMap(expanded) : splitInThree(file.canariesPerLine, file.early)
}

/** The stages by the name that the document's gates and deny windows have for them: that of the stage, for its steps. */
export const writtenNames = (file: StagesFile | undefined): ReadonlyMap<StageName, StageName> =>
  new Map(
    Array.isArray(file)
      ? file.flatMap((one) => namesOf(one).map((name) => [name, one.name] as const))
      : SEED_STAGES.map(({ name }) => [name, name] as const),
  )

function expanded({ name, members, window, quorum, steps }: StageFile): readonly StagePolicy[] {
  const own = {
    ...(window !== undefined && { windowMs: window }),
    ...(quorum !== undefined && { quorumShare: quorum }),
  }
  if (steps === undefined) return [{ name, members: members === 'rest' ? { ofRest: 1 } : members, ...own }]
  const names = namesOf({ name, steps })
  return [...steps, 1].map((step, i) => {
    const before = steps[i - 1] ?? 0
    return { name: names[i] as StageName, members: { ofRest: (step - before) / (1 - before) }, ...own }
  })
}

/** The list with every stage written out. */
export const stagesDocumentOf = (stages: readonly StagePolicy[]) =>
  stages.map(({ name, members, windowMs, quorumShare }) => ({
    name,
    members: writtenMembers(members),
    ...(windowMs !== undefined && { window: writtenDuration(windowMs) }),
    ...(quorumShare !== undefined && { quorum: writtenShare(quorumShare) }),
  }))

function writtenMembers(own: Members) {
  if ('ofLine' in own) return { ofLine: writtenShare(own.ofLine) }
  if ('ofRest' in own) return own.ofRest === 1 ? ('rest' as const) : { ofRest: writtenShare(own.ofRest) }
  if ('things' in own) return { things: [...own.things] }
  return 'perLine' in own ? { perLine: own.perLine } : { attribute: own.attribute, is: [...own.is] }
}
