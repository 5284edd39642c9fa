import { describe, expect, it } from 'vitest'
import { makeFleet, UnsplittableFleet } from '../../../scenarios/files/fleet.ts'

const fleet = makeFleet({ lines: 17, devicesPerLine: 20 }, 340)

describe('the fleet', () => {
  // [source: stages, stratified-groups]
  it('is 340 devices: 17 canary, 68 early, 255 production, 1/4/15 of every line', () => {
    const count = (stage: string, line?: number): number =>
      fleet.filter((one) => one.stage === stage && (line === undefined || one.line === line)).length
    expect([fleet.length, count('canary'), count('early'), count('production')]).toEqual([340, 17, 68, 255])
    for (let line = 1; line <= 17; line++) {
      expect([count('canary', line), count('early', line), count('production', line)]).toEqual([1, 4, 15])
    }
  })

  it('has the same names and attributes on every machine', () => {
    expect(fleet[0]).toMatchInlineSnapshot(`
      {
        "attributes": {
          "installedBy": "Eloy_Walker",
          "installedOn": "2024-01-03",
          "line": "1",
          "process": "ponder",
          "product": "Chicken",
          "serialNumber": "4HH5I3I037",
          "station": "1",
          "supervisor": "Everette_Gibson",
        },
        "line": 1,
        "stage": "early",
        "thing": "line-01-01",
      }
    `)
  })

  it('has attributes that AWS IoT accepts', () => {
    for (const { attributes } of fleet) {
      for (const value of Object.values(attributes)) expect(value).toMatch(/^[a-zA-Z0-9_.,@/:#=[\]-]{1,800}$/)
    }
  })
})

it('keeps one canary per line and a fifth early at other sizes, and refuses lines that cannot be split', () => {
  const large = makeFleet({ lines: 3, devicesPerLine: 200 }, 1)
  expect(large.filter(({ stage }) => stage === 'canary')).toHaveLength(3)
  expect(large.filter(({ stage }) => stage === 'early')).toHaveLength(120)
  expect(() => makeFleet({ lines: 3, devicesPerLine: 2 }, 1)).toThrow(UnsplittableFleet)
})
