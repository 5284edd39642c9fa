import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { faultSchema } from '../../../../sim/faults/catalogue.ts'

/** Kinds of the catalogue with an option of this name, and its schema. */
const kindsWith = (name: string): readonly (readonly [kind: string, schema: z.ZodType])[] =>
  faultSchema.options.flatMap(({ shape }) => {
    const schema = (shape as Readonly<Record<string, z.ZodType>>)[name]
    return schema === undefined ? [] : [[shape.kind.value, schema] as const]
  })

const messagesOf = (schema: z.ZodType, written: string): readonly string[] =>
  (schema.safeParse(written).error?.issues ?? []).map(({ message }) => message)

describe('whatever the kind of fault', () => {
  it.each(kindsWith('every'))('%s does not come more often than once a minute', (_, every) => {
    expect(messagesOf(every, '59999ms')).toEqual(['must be at least 1min'])
    expect(messagesOf(every, '0s')).toEqual(['must be at least 1min'])
    expect(messagesOf(every, '1min')).toEqual([])
  })

  it.each([...kindsWith('for'), ...kindsWith('over')])('%s lasts for some time', (_, lasts) => {
    expect(messagesOf(lasts, '0ms')).toEqual(['must be longer than 0'])
    expect(messagesOf(lasts, '1ms')).toEqual([])
  })
})
