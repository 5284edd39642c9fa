import jStat from 'jstat'

/** The value that a standard normal variable stays below with this chance. */
export const normalQuantile = (chance: number): number => jStat.normal.inv(chance, 0, 1)
