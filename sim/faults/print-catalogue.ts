import { catalogueText } from './catalogue-text.ts'

/** Prints the fault catalogue: `npm run docs:faults` writes it to sim/faults/CATALOGUE.md. */
process.stdout.write(catalogueText())
