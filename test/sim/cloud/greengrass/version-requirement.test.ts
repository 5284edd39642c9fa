import { expect, it } from 'vitest'
import { compareVersions } from '../../../../sim/cloud/greengrass/semantic-version.ts'
import { parseRequirement } from '../../../../sim/cloud/greengrass/version-requirement.ts'

const VERSIONS = [
  '0.0.3',
  '0.2.3',
  '0.2.9',
  '1.0.0',
  '1.2.3',
  '1.2.4',
  '1.3.0',
  '1.10.0',
  '2.0.0-rc.1',
  '2.0.0',
  '2.1.0',
]

/** As the documentation of NPM's ranges has it. */
it.each([
  ['1.2.3', ['1.2.3']],
  ['=1.2.3', ['1.2.3']],
  ['v1.2.3', ['1.2.3']],
  ['1.2', ['1.2.3', '1.2.4']],
  ['1.2.x', ['1.2.3', '1.2.4']],
  ['1', ['1.0.0', '1.2.3', '1.2.4', '1.3.0', '1.10.0']],
  ['*', ['0.0.3', '0.2.3', '0.2.9', '1.0.0', '1.2.3', '1.2.4', '1.3.0', '1.10.0', '2.0.0', '2.1.0']],
  ['>*', []],
  ['>1.3.0', ['1.10.0', '2.0.0', '2.1.0']],
  ['>1.2', ['1.3.0', '1.10.0', '2.0.0', '2.1.0']],
  ['>1', ['2.0.0', '2.1.0']],
  ['>=1.10', ['1.10.0', '2.0.0', '2.1.0']],
  ['<0.2.9', ['0.0.3', '0.2.3']],
  ['<1', ['0.0.3', '0.2.3', '0.2.9']],
  ['<=0.2', ['0.0.3', '0.2.3', '0.2.9']],
  ['<=0.2.3', ['0.0.3', '0.2.3']],
  ['>=1.2.4 <2.0.0', ['1.2.4', '1.3.0', '1.10.0']],
  ['>= 1.2.4  < 2', ['1.2.4', '1.3.0', '1.10.0']],
  ['1.2.4 - 1.3', ['1.2.4', '1.3.0']],
  ['~1.2.3', ['1.2.3', '1.2.4']],
  ['~1', ['1.0.0', '1.2.3', '1.2.4', '1.3.0', '1.10.0']],
  ['^1.2.4', ['1.2.4', '1.3.0', '1.10.0']],
  ['^0.2.3', ['0.2.3', '0.2.9']],
  ['^0.0.3', ['0.0.3']],
  ['^0', ['0.0.3', '0.2.3', '0.2.9']],
  ['0.0.3 || ^2.0.0', ['0.0.3', '2.0.0', '2.1.0']],
  ['>=2.0.0-rc.0', ['2.0.0-rc.1', '2.0.0', '2.1.0']],
  ['>2.0.0-rc.1 <2.1', ['2.0.0']],
])('%s allows %j', (requirement, allowed) => {
  expect(VERSIONS.filter(parseRequirement(requirement) as (version: string) => boolean)).toEqual(allowed)
})

it.each(['new', '1.2.3.4', '>>1', '1.2.3 -', '^', `1${' '.repeat(2_000)}`])('%j is no requirement', (text) => {
  expect(parseRequirement(text)).toBeNull()
})

it('ignores what a version has after +', () => {
  expect(parseRequirement('=1.2.3')?.call(null, '1.2.3+build')).toBe(true)
})

it('orders versions as their standard says', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0',
    '1.10.0',
  ]
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
})
