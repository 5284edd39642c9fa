import { openGates, SEED_STAGES } from '../controller/policy/policy.ts'
import { stageNames } from '../controller/policy/stages.ts'

/** Names of the seed's three stages. */
export const STAGES = stageNames({ stages: SEED_STAGES })

/** No calendar for them. */
export const OPEN_GATES = openGates(SEED_STAGES)

/** Index of the last of them. */
export const LAST_STAGE = STAGES.length - 1
