import { z } from 'zod'

/** The devices a fault acts on: those that run a firmware version, those of a line, one device, or all. */
export const selector = z
  .strictObject({
    firmware: z.string().optional().describe('Only while this firmware version runs'),
    line: z.int().positive().optional().describe('Only on this production line'),
    device: z.string().optional().describe('Only on this device'),
    fleet: z.literal('all').optional().describe('All devices, whatever they run'),
  })
  .refine((value) => Object.values(value).some((one) => one !== undefined), {
    message: 'has no target; set firmware, line, device, or fleet: all',
  })
export type Selector = z.output<typeof selector>

/** Whether the selector matches this device while it runs this version. */
export const selects = (where: Selector, thing: string, line: number, version: string): boolean =>
  (where.firmware === undefined || where.firmware === version) &&
  (where.line === undefined || where.line === line) &&
  (where.device === undefined || where.device === thing)
