import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { textOf } from '../../../reports/messages/registry.ts'
import { type PlantCase, type PlantInput, RehearsalFailed, rehearseIn } from '../../../scenarios/api/plant.ts'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { InvalidScenario } from '../../../scenarios/files/yaml-file.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const PLANT: PlantInput = {
  fleet: { lines: 3, devicesPerLine: 20, noise: 'quiet' },
  policy: { window: '4h', gates: 'open' },
}
const CRASH: PlantCase = { faults: [{ kind: 'crash', in: { firmware: '2.4.0' }, at: 'start' }] }

const failureOf = async (title: string, given: PlantCase, plant = PLANT): Promise<Error> =>
  rehearseIn(plant, title, given).then(
    () => expect.fail('did not fail'),
    (error: Error) => error,
  )

it('returns the report of a rehearsal that meets its expectation', async () => {
  const report = await rehearseIn(PLANT, 'api: rolls back', { ...CRASH, expect: { outcome: 'rolled-back' } })
  expect(report).toMatchObject({ outcome: 'rolled-back', fleet: { devices: 60, lines: 3 }, seed: 1 })
})

it('names the seed, the failures, and a command that repeats the run', async () => {
  const title = 'api: promotes what crashes'
  const error = (await failureOf(title, { ...CRASH, seed: 7, expect: { outcome: 'promoted' } })) as RehearsalFailed
  expect(error).toBeInstanceOf(RehearsalFailed)
  expect(error.message.split('\n')).toEqual([
    'api: promotes what crashes (seed 7)',
    `  ${textOf({ code: 'EXPECTATION_NOT_MET', data: { what: 'outcome', actual: 'rolled-back', expected: 'promoted' } })}`,
    `  replay: ${error.command}`,
  ])
  const [, file, seed] = /^npx rehearse run (\S+) --seed (\d+) --level model$/.exec(error.command) as RegExpExecArray
  const scenario = loadScenario(file as string)
  const again = await rehearse(scenario, { seed: Number(seed), level: 'model' })
  expect(conclude(scenario, again).expectation.failures.map(({ text }) => text)).toEqual(error.failures)
  const kept = JSON.parse(readFileSync(`${file?.replace(/[^/]+$/, '')}report.json`, 'utf8'))
  expect(kept.digest).toBe(again.facts.digest)
})

it('takes fleet and policy from files of the working directory', async () => {
  const plant: PlantInput = {
    fleet: 'fixtures/plants/small-plant.yaml',
    policy: { extends: 'fixtures/policies/small-plant.yaml', gates: 'open' },
  }
  const report = await rehearseIn(plant, 'api: files', { ...CRASH, expect: { outcome: 'rolled-back' } })
  expect(report).toMatchObject({ fleet: { devices: 72, lines: 6 }, windowHours: 12 })
})

it('fails with the reasons of a controller that refuses the release', async () => {
  const unready: PlantCase = {
    release: {
      version: '3.0.0',
      replaces: '2.3.1',
      data: { writes: 9, reads: [9] },
      shadow: { writes: '2.0', reads: ['2.0'] },
    },
  }
  const error = await failureOf('api: refused', unready)
  expect(error).toBeInstanceOf(RehearsalFailed)
  expect(error.message).toMatch(/DATA_VERSION/)
})

it('reports the problems of a case, with lines of the file that it writes', async () => {
  const error = await failureOf('api: invalid', { faults: [{ kind: 'memory-leek' } as never] })
  expect(error).toBeInstanceOf(InvalidScenario)
  const [, file, line] = /^(\S+):(\d+):\d+: .*did you mean "memory-leak"/.exec(error.message) as RegExpExecArray
  expect(readFileSync(file as string, 'utf8').split('\n')[Number(line) - 1]).toContain('memory-leek')
})
