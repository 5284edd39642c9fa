import { selector } from '../../plant/selector.ts'

/** Whose link: of a device, a line, or the fleet. */
export const linkSelector = selector.refine(({ firmware }) => firmware === undefined, {
  message: 'a connection has no firmware version; set line, device, or fleet: all',
})
