import { selector } from '../../plant/selector.ts'

/** Whose link: a device, a line, the fleet. */
export const linkSelector = selector.refine(({ firmware }) => firmware === undefined, {
  message: 'a connection knows no firmware; give line, device or fleet: all',
})
