import type { ResolveComponentCandidatesRequest } from '@aws-sdk/client-greengrassv2'
import type { ComponentRegistry, ComponentVersion } from './component-registry.ts'
import { dependenciesOf, supports } from './recipe-parts.ts'
import { conflict, notFound, requireMatch, validationError } from './validate.ts'
import { parseRequirement, type VersionTest } from './version-requirement.ts'

/** A component to resolve, and what is required of its version so far. */
interface Candidate {
  readonly name: string
  /** The version on the device; chosen as long as it meets the requirements. */
  readonly local: string | undefined
  /** Requirements by who makes them. */
  readonly requirements: Map<string, string>
}

type Platform = NonNullable<ResolveComponentCandidatesRequest['platform']>

/**
 * One version of each candidate: the version on the device, else the newest one that is deployable and meets the
 * platform, the candidate's requirements and those of the recipes that were chosen before. A requirement is never taken
 * back, so there is an end. [source: component-resolution]
 * @throws AwsError ValidationException, ResourceNotFoundException, ConflictException; NotEmulated
 */
export function resolveCandidates(
  registry: ComponentRegistry,
  { platform, componentCandidates = [] }: ResolveComponentCandidatesRequest,
): readonly ComponentVersion[] {
  const candidates = new Map(
    componentCandidates.map((one) => [requireMatch('componentName', one.componentName), toCandidate(one)]),
  )
  if (candidates.size < componentCandidates.length) {
    throw validationError('componentCandidates', 'names a component twice')
  }
  const { name: platformName, attributes } = platform ?? {}
  for (;;) {
    const chosen = [...candidates.values()].map((one) => choose(registry, one, { name: platformName, attributes }))
    if (!requireDependencies(chosen, candidates)) return chosen
  }
}

type CandidateInput = NonNullable<ResolveComponentCandidatesRequest['componentCandidates']>[number]

function toCandidate({ componentName, componentVersion, versionRequirements = {} }: CandidateInput): Candidate {
  if (componentVersion !== undefined) requireMatch('componentVersion', componentVersion)
  const requirements = new Map(Object.entries(versionRequirements))
  for (const requirement of requirements.values()) testOf(requirement)
  return { name: componentName as string, local: componentVersion, requirements }
}

function choose(registry: ComponentRegistry, candidate: Candidate, platform: Platform): ComponentVersion {
  const { name, local, requirements } = candidate
  const arn = registry.arnOf(name)
  const deployable = registry.versionsOf(name).filter(({ state }) => state === 'DEPLOYABLE')
  const tests = [...requirements.values()].map(testOf)
  const allowed = deployable.filter(({ version }) => tests.every((test) => test(version)))
  if (allowed.length === 0) {
    const unmet = tests.some((test) => !deployable.some(({ version }) => test(version)))
    if (unmet || deployable.length === 0) throw notFound(`${arn} (${wordsOf(requirements)})`, 'Component')
    throw conflict(arn, 'Component', `The requirements of ${name} conflict: ${wordsOf(requirements)}`)
  }
  const { attributes } = platform
  const fitting = attributes === undefined ? allowed : allowed.filter(({ recipe }) => supports(recipe, attributes))
  const found = fitting.find(({ version }) => version === local) ?? fitting[0]
  if (found === undefined) throw notFound(`${arn} (${platformWords(platform)})`, 'Component')
  return found
}

/** Adds what the chosen recipes require of other candidates; whether anything was new. */
function requireDependencies(chosen: readonly ComponentVersion[], candidates: ReadonlyMap<string, Candidate>): boolean {
  let added = false
  for (const { name, version, recipe } of chosen) {
    const by = `${name} ${version}`
    for (const dependency of dependenciesOf(recipe)) {
      const requirements = candidates.get(dependency.name)?.requirements
      if (requirements === undefined || requirements.has(by)) continue
      requirements.set(by, dependency.requirement)
      added = true
    }
  }
  return added
}

/** @throws AwsError ValidationException */
function testOf(requirement: string): VersionTest {
  const test = parseRequirement(requirement)
  if (test === null) throw validationError('versionRequirements', `"${requirement}" is no version constraint`)
  return test
}

const wordsOf = (requirements: ReadonlyMap<string, string>): string =>
  [...requirements].map(([by, requirement]) => `${requirement} by ${by}`).join(', ') || 'any version'

/** The friendly name of a platform without one is made of its system and architecture. [source: component-resolution] */
const platformWords = ({ name, attributes: { os = '', architecture = '' } = {} }: Platform): string =>
  `platform ${name ?? `${os} ${architecture}`.trim()}`
