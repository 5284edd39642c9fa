import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations, type InputOf, type OutputOf } from '../base/operations.ts'
import { parseRecipe, recipeText } from './component-recipe.ts'
import type { ComponentRegistry, ComponentVersion } from './component-registry.ts'
import type { GreengrassService } from './greengrass.ts'
import { platformsOf } from './recipe-parts.ts'
import { checkOneOf, greengrassPage, requireMatch } from './validate.ts'

/** Components and their versions. [source: component-creation] */
export const componentOperations = defineOperations<'greengrass', { readonly greengrass: GreengrassService }>()({
  CreateComponentVersion: (input, { greengrass }) => {
    const { clientToken } = input
    if (input.lambdaFunction !== undefined) throw new NotEmulated('CreateComponentVersion lambdaFunction')
    if (clientToken !== undefined) requireMatch('clientToken', clientToken)
    return greengrass.componentTokens.once(clientToken, input, () => create(input, greengrass))
  },

  DescribeComponent: ({ arn }, { greengrass: { components, tags } }) => {
    const found = components.byArn(arn)
    return {
      arn,
      componentName: found.name,
      componentVersion: found.version,
      creationTimestamp: new Date(found.createdAtMs),
      publisher: found.recipe.ComponentPublisher,
      description: found.recipe.ComponentDescription,
      status: { componentState: found.state, message: 'NONE' },
      platforms: platformsOf(found.recipe),
      tags: tags.of(arn as string),
    }
  },

  GetComponent: ({ arn, recipeOutputFormat = 'JSON' }, { greengrass: { components, tags } }) => {
    checkOneOf('recipeOutputFormat', recipeOutputFormat, ['JSON', 'YAML'])
    const recipe = Buffer.from(recipeText(components.byArn(arn).recipe, recipeOutputFormat))
    return { recipeOutputFormat, recipe, tags: tags.of(arn as string) }
  },

  ListComponents: (input, { greengrass: { components } }) => {
    const { scope = 'PRIVATE' } = input
    checkOneOf('scope', scope, ['PRIVATE', 'PUBLIC'])
    const { items, nextToken } = greengrassPage(components.names(scope), input)
    return {
      components: items.map((name) => ({
        arn: components.arnOf(name),
        componentName: name,
        latestVersion: latestVersion(components.versionsOf(name)[0] as ComponentVersion, components),
      })),
      nextToken,
    }
  },

  ListComponentVersions: (input, { greengrass: { components } }) => {
    const { items, nextToken } = greengrassPage(components.versionsByArn(input.arn), input)
    return {
      componentVersions: items.map(({ name, version }) => ({
        componentName: name,
        componentVersion: version,
        arn: components.arnOf(name, version),
      })),
      nextToken,
    }
  },

  DeleteComponent: ({ arn }, { greengrass: { components } }) => {
    components.delete(components.byArn(arn))
    return {}
  },
})

function create(
  { inlineRecipe, tags }: InputOf<'greengrass', 'CreateComponentVersion'>,
  greengrass: GreengrassService,
): OutputOf<'greengrass', 'CreateComponentVersion'> {
  greengrass.tags.check(tags)
  const added = greengrass.components.create(parseRecipe(inlineRecipe))
  const arn = greengrass.components.arnOf(added.name, added.version)
  greengrass.tags.set(arn, tags)
  return {
    arn,
    componentName: added.name,
    componentVersion: added.version,
    creationTimestamp: new Date(added.createdAtMs),
    status: { componentState: added.state, message: 'NONE' },
  }
}

const latestVersion = ({ name, version, createdAtMs, recipe }: ComponentVersion, components: ComponentRegistry) => ({
  arn: components.arnOf(name, version),
  componentVersion: version,
  creationTimestamp: new Date(createdAtMs),
  publisher: recipe.ComponentPublisher,
  description: recipe.ComponentDescription,
  platforms: platformsOf(recipe),
})
