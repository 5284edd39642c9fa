import { catalogueText } from './catalogue-text.ts'

/** Prints the fault catalogue: `npm run docs:faults` writes it to CATALOGUE.md beside this file. */
process.stdout.write(catalogueText())
