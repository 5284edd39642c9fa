import { operationsText } from './operations-text.ts'

/** Prints which operations are emulated: `npm run docs:operations` writes it to sim/cloud/OPERATIONS.md. */
process.stdout.write(await operationsText())
