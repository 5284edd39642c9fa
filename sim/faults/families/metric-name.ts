import { z } from 'zod'

/** The metric that a fault acts on. */
export const metricName = z.string().min(1).describe("One of the plant's own metrics, by its name in `fleet.metrics`")
