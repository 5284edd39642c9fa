import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { recipeText } from './component-recipe.ts'
import { resolveCandidates } from './component-resolution.ts'
import type { GreengrassService } from './greengrass.ts'
import { artifactUrisOf } from './recipe-parts.ts'
import { checkOneOf, notFound, validationError } from './validate.ts'

/** What core devices ask of components when they get a deployment. [source: component-resolution] */
export const componentDataOperations = defineOperations<'greengrass', { readonly greengrass: GreengrassService }>()({
  ResolveComponentCandidates: (input, { greengrass: { components } }) => ({
    resolvedComponentVersions: resolveCandidates(components, input).map(({ name, version, recipe }) => ({
      arn: components.arnOf(name, version),
      componentName: name,
      componentVersion: version,
      recipe: Buffer.from(recipeText(recipe, 'JSON')),
      vendorGuidance: 'ACTIVE' as const,
    })),
  }),

  /** The name of an artifact is its URI without the scheme. [source: component-artifacts] */
  GetComponentVersionArtifact: (input, { greengrass: { components } }) => {
    const { arn, artifactName, s3EndpointType, iotEndpointType } = input
    const { recipe } = components.byArn(arn)
    if (artifactName === undefined) throw validationError('artifactName', 'is required')
    checkOneOf('s3EndpointType', s3EndpointType, ['REGIONAL', 'GLOBAL'])
    checkOneOf('iotEndpointType', iotEndpointType, ['fips', 'standard'])
    const uri = artifactUrisOf(recipe).find((one) => one.replace(/^[a-z0-9+.-]+:(?:\/\/)?/i, '') === artifactName)
    if (uri === undefined) throw notFound(`${artifactName} of ${arn}`, 'Artifact')
    throw new NotEmulated(`GetComponentVersionArtifact of ${uri} (there is no S3 from which to download it)`)
  },
})
