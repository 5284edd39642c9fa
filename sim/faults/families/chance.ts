/** Uniform draws in [0, 1) of one fault on one target: the same number always gives the same draw. */
export type Chance = (n: number) => number
