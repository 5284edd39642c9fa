import { CLI_COMPONENT, NUCLEUS_COMPONENT, NUCLEUS_VERSION } from '../../kernel/core-software.ts'
import type { Recipe } from './component-recipe.ts'

const FORMAT = '2020-01-25'
const PLATFORMS = [{ Platform: { os: 'linux' } }, { Platform: { os: 'windows' } }]

/**
 * The public components of AWS that are here, each in the one version that the devices run; their lifecycles and artifacts
 * are left out. [source: public-components]
 */
export const PUBLIC_RECIPES: readonly Recipe[] = [
  {
    RecipeFormatVersion: FORMAT,
    ComponentName: NUCLEUS_COMPONENT,
    ComponentVersion: NUCLEUS_VERSION,
    ComponentType: 'aws.greengrass.nucleus',
    ComponentPublisher: 'AWS',
    ComponentDescription: 'The core software of a device: it runs deployments and the components.',
    Manifests: PLATFORMS,
  },
  {
    RecipeFormatVersion: FORMAT,
    ComponentName: CLI_COMPONENT,
    ComponentVersion: NUCLEUS_VERSION,
    ComponentType: 'aws.greengrass.plugin',
    ComponentPublisher: 'AWS',
    ComponentDescription: 'A command line on the device, for local deployments.',
    ComponentDependencies: {
      [NUCLEUS_COMPONENT]: { VersionRequirement: '>=2.18.0 <2.19.0', DependencyType: 'SOFT' },
    },
    Manifests: PLATFORMS,
  },
]
