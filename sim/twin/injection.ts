import { type InjectableSpec, isLinkOutage, makeFault, originOf } from '../faults/catalogue.ts'
import type { FaultWorld } from '../faults/families/fault-world.ts'
import { selects } from '../plant/selector.ts'
import type { CoreDevice } from './core-device.ts'

/**
 * Makes a fault act from now on. `index` names its random draws. Processes, installs and the rehearsal count as begun no
 * earlier than now, so that its times count from here. A link outage with a firmware version acts on the devices that run
 * that version now. The random draws of other devices and faults do not change.
 */
export function injectFault(
  spec: InjectableSpec,
  index: number,
  devices: Iterable<CoreDevice>,
  faultWorld: FaultWorld,
): void {
  const sinceMs = faultWorld.clock.nowMs()
  const { firmware: _, ...target } = spec.in
  for (const { plan, firmware, outages } of devices) {
    const { thing, line } = plan
    if (!selects(target, thing, line, '')) continue
    if (isLinkOutage(spec)) {
      if (selects(spec.in, thing, line, firmware.version ?? '')) outages.add(index, spec, sinceMs)
      continue
    }
    const fault = makeFault(spec, faultWorld.chance(`fault/${index}/${thing}`))
    const actsOn = (version: string): boolean => selects(spec.in, thing, line, version)
    firmware.inject({ index, kind: spec.kind, origin: originOf(spec), fault, actsOn, sinceMs })
  }
}
