/** The software of AWS that runs on every core device of the twin, as devices announce it and the cloud publishes it. */
export const NUCLEUS_COMPONENT = 'aws.greengrass.Nucleus'

export const CLI_COMPONENT = 'aws.greengrass.Cli'

/** The nucleus that the devices follow, in SOURCES.md of `sim/device`; the CLI is released with it. [source: public-components] */
export const NUCLEUS_VERSION = '2.18.0'

/** Components of AWS that a deployment may name. A device takes them as installed. */
export const PUBLIC_COMPONENTS: readonly string[] = [NUCLEUS_COMPONENT, CLI_COMPONENT]
