import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeNew } from '../../../scenarios/cli/new.ts'
import { findScenario, SHIPPED, shippedFile } from '../../../scenarios/library/catalogue.ts'

let folder: string
let printed: string
const io = {
  stdout: {
    write: (text: string): void => {
      printed += text
    },
  },
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-test-'))
  printed = ''
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('new', () => {
  it('writes a valid scenario, and prints how to run it', () => {
    const name = join(folder, 'mine')
    expect(makeNew(name, {}, io)).toBe(0)
    expect(findScenario(`${name}.yaml`)).toMatchObject({ name: 'mine', faults: [{ kind: 'memory-leak' }] })
    expect(printed).toContain(`rehearse run ${name}.yaml`)
  })

  it('writes commented lines that are valid as well', () => {
    const name = join(folder, 'mine')
    makeNew(name, {}, io)
    writeFileSync(join(folder, 'recording.csv'), 'offsetS,device,metric,value\n0,x,cpuPct,1\n')
    const text = readFileSync(`${name}.yaml`, 'utf8')
      .replace(/^ {2}# (?=- kind:| {2}\w+:)/gm, '  ')
      .replace(/^# ((fleet|policy): \{|telemetry:| {2,4}(- file|in|loop):)/gm, '$1')
    writeFileSync(`${name}.yaml`, text)
    expect(findScenario(`${name}.yaml`)).toMatchObject({
      fleet: { lines: 6 },
      policy: { gates: 'open' },
      faults: [{ kind: 'memory-leak' }, { kind: 'crash' }, { kind: 'cycle-drift' }, { kind: 'offline' }],
      recorded: [{ metric: 'cpuPct', loop: true }],
    })
  })

  it('does not overwrite a file', () => {
    makeNew(join(folder, 'mine'), {}, io)
    const before = readFileSync(join(folder, 'mine.yaml'), 'utf8')
    expect(() => makeNew(join(folder, 'mine'), { from: 'healthy' }, io)).toThrow(/mine\.yaml already exists$/)
    expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe(before)
  })

  it.each(SHIPPED)('copies %s with --from, with paths relative to the copy', (from) => {
    makeNew(join(folder, 'copy'), { from }, io)
    const { name, telemetry, recorded = [], ...copy } = findScenario(join(folder, 'copy.yaml'))
    const { name: _, telemetry: own, recorded: ownRecorded = [], ...original } = findScenario(from)
    expect(copy).toEqual(original)
    expect(recorded.map(({ file, ...track }) => track)).toEqual(ownRecorded.map(({ file, ...track }) => track))
    if (own.length === 0 && !/^(fleet|policy): .*yaml/m.test(readFileSync(shippedFile(from), 'utf8'))) {
      expect(readFileSync(join(folder, 'copy.yaml'), 'utf8')).toBe(readFileSync(shippedFile(from), 'utf8'))
    }
  })

  it('refuses a name that is no file name, and a scenario that is not shipped', () => {
    expect(() => makeNew('a b', {}, io)).toThrow('"a b" is not a valid scenario name')
    expect(() => makeNew(join(folder, 'x'), { from: 'helthy' }, io)).toThrow('did you mean "healthy"?')
    expect(() => makeNew(join(folder, 'no', 'x'), {}, io)).toThrow(/cannot write .*ENOENT/)
  })
})
