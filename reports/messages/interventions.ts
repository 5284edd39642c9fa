import { define, type MessageOf } from '../../controller/messages/message.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'
import { clientText } from '../../sim/kernel/client-messages.ts'

/** The specification of an injected fault, as the fault catalogue has it. */
export interface InjectedFault {
  readonly kind: string
  /** The devices that it acts on. */
  readonly in: {
    readonly firmware?: string | undefined
    readonly line?: number | undefined
    readonly device?: string | undefined
  }
}

/**
 * What was done to a run from outside its scenario. From the first intervention on, a run cannot be reproduced from its
 * seed alone.
 */
export const INTERVENTION_MESSAGES = {
  FAULT_INJECTED: define<{ spec: InjectedFault }>(
    'A fault was injected while the scenario ran.',
    ({ spec }) => `${spec.kind} ${targetText(spec.in)}`,
  ),
  OPERATION_INVOKED: define<{ operation: string; actor: string | null; client?: OutsideClient | null }>(
    'The function `operate` of the controller was invoked from outside.',
    ({ operation, actor, client }) => `${operation} by ${actor ?? 'an unnamed actor'}${through(client)}`,
  ),
  FUNCTION_INVOKED: define<{ function: string; client?: OutsideClient | null }>(
    'Another function of the controller was invoked from outside.',
    (data) => `${data.function} was invoked${data.client == null ? '' : ` by ${clientText(data.client)}`}`,
  ),
}

export type InterventionMessage = MessageOf<typeof INTERVENTION_MESSAGES>

/** The client through which an actor acted, unless it was the dashboard. */
const through = (client: OutsideClient | null | undefined): string => (client == null ? '' : ` (${clientText(client)})`)

function targetText({ firmware, line, device }: InjectedFault['in']): string {
  if (device !== undefined) return `on ${device}`
  if (line !== undefined) return `on line ${line}`
  return firmware === undefined ? 'on the whole fleet' : `wherever ${firmware} runs`
}
