import type { Shape, Struct } from './decode.ts';

const strings: Shape = { list: 'string' };
const pairs: Shape = { map: 'string' };

const gvkFields = { group: 'string', version: 'string', kind: 'string' } as const;
const idFields = { ...gvkFields, name: 'string', namespace: 'string' } as const;

/** The names of fields with the embedded struct that they are in. */
function embeddedIn(path: string, fields: object): Record<string, string> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, path]));
}

const idEmbedded = {
  ...embeddedIn('ResId.', { name: '', namespace: '' }),
  ...embeddedIn('ResId.Gvk.', gvkFields),
};

/** `target` of patches, `select` and `reject` of replacements. */
const selectorShape: Struct = {
  struct: 'Selector',
  embedded: idEmbedded,
  fields: { ...idFields, annotationSelector: 'string', labelSelector: 'string' },
};

/** A field spec. */
const fieldSpecShape: Struct = {
  struct: 'FieldSpec',
  embedded: embeddedIn('Gvk.', gvkFields),
  fields: { ...gvkFields, path: 'string', create: 'bool' },
};

const patchOptionsShape: Struct = {
  struct: 'PatchArgs',
  fields: { allowNameChange: 'bool', allowKindChange: 'bool' },
};

/** An entry of `patches` and `patchesJson6902`. */
const patchShape: Struct = {
  struct: 'Patch',
  fields: { path: 'string', patch: 'string', target: selectorShape, options: patchOptionsShape },
};

/** An entry of `images`. */
const imageShape: Struct = {
  struct: 'Image',
  fields: { name: 'string', newName: 'string', tagSuffix: 'string', newTag: 'string', digest: 'string' },
};

/** An entry of `replicas`. */
const replicaShape: Struct = { struct: 'Replica', fields: { name: 'string', count: 'int64' } };

const fieldOptionsShape: Struct = {
  struct: 'FieldOptions',
  fields: { delimiter: 'string', index: 'int', encoding: 'string', create: 'bool' },
};

const replacementFields = {
  source: {
    struct: 'SourceSelector',
    embedded: idEmbedded,
    fields: { ...idFields, fieldPath: 'string', options: fieldOptionsShape },
  },
  targets: {
    list: {
      struct: 'TargetSelector',
      isPointer: true,
      fields: {
        select: selectorShape,
        reject: { list: { ...selectorShape, isPointer: true } },
        fieldPaths: strings,
        options: fieldOptionsShape,
      },
    },
  },
  sourceValue: 'string',
} as const;

/** A replacement in a file of its own. */
export const replacementShape: Struct = { struct: 'Replacement', fields: replacementFields };

/** An entry of `replacements`. */
const replacementFieldShape: Struct = {
  struct: 'ReplacementField',
  embedded: embeddedIn('Replacement.', replacementFields),
  fields: { ...replacementFields, path: 'string' },
};

const generatorOptionsShape: Struct = {
  struct: 'GeneratorOptions',
  fields: { labels: pairs, annotations: pairs, disableNameSuffixHash: 'bool', immutable: 'bool' },
};

const generatorFields = {
  namespace: 'string',
  name: 'string',
  behavior: 'string',
  literals: strings,
  files: strings,
  envs: strings,
  env: 'string',
  options: generatorOptionsShape,
} as const;

const generatorEmbedded = {
  ...embeddedIn('GeneratorArgs.', generatorFields),
  ...embeddedIn('GeneratorArgs.KvPairSources.', { literals: '', files: '', envs: '', env: '' }),
};

const metadataShape: Struct = {
  struct: 'ObjectMeta',
  fields: { name: 'string', namespace: 'string', labels: pairs, annotations: pairs },
};

const labelShape: Struct = {
  struct: 'Label',
  fields: {
    pairs,
    includeSelectors: 'bool',
    includeTemplates: 'bool',
    includeVolumeClaimTemplates: 'bool',
    fields: { list: fieldSpecShape },
  },
};

const varShape: Struct = {
  struct: 'Var',
  fields: {
    name: 'string',
    objref: {
      struct: 'Target',
      embedded: embeddedIn('Gvk.', gvkFields),
      fields: { ...idFields, apiVersion: 'string' },
    },
    fieldref: { struct: 'FieldSelector', fields: { fieldPath: 'string' } },
  },
};

const helmGlobalsFields = { chartHome: 'string', configHome: 'string' } as const;

const helmChartFields = {
  name: 'string',
  version: 'string',
  repo: 'string',
  releaseName: 'string',
  namespace: 'string',
  additionalValuesFiles: strings,
  valuesFile: 'string',
  valuesInline: { map: 'any' },
  valuesMerge: 'string',
  includeCRDs: 'bool',
  skipHooks: 'bool',
  apiVersions: strings,
  kubeVersion: 'string',
  nameTemplate: 'string',
  skipTests: 'bool',
  debug: 'bool',
  devel: 'bool',
} as const;

const oldHelmChartShape: Struct = {
  struct: 'HelmChartArgs',
  fields: {
    chartName: 'string',
    chartVersion: 'string',
    chartRepoUrl: 'string',
    chartHome: 'string',
    chartRepoName: 'string',
    helmBin: 'string',
    helmHome: 'string',
    values: 'string',
    valuesLocal: { map: 'any' },
    valuesMerge: 'string',
    releaseName: 'string',
    releaseNamespace: 'string',
    extraArgs: strings,
  },
};

const sortOptionsShape: Struct = {
  struct: 'SortOptions',
  fields: {
    order: 'string',
    legacySortOptions: {
      struct: 'LegacySortOptions',
      fields: { orderFirst: strings, orderLast: strings },
    },
  },
};

/** A kustomization file. */
export const kustomizationShape: Struct = {
  struct: 'Kustomization',
  embedded: { apiVersion: 'TypeMeta.', kind: 'TypeMeta.' },
  fields: {
    apiVersion: 'string',
    kind: 'string',
    metadata: metadataShape,
    openapi: pairs,
    namePrefix: 'string',
    nameSuffix: 'string',
    namespace: 'string',
    commonLabels: pairs,
    labels: { list: labelShape },
    commonAnnotations: pairs,
    patchesStrategicMerge: strings,
    patchesJson6902: { list: patchShape },
    patches: { list: patchShape },
    images: { list: imageShape },
    imageTags: { list: imageShape },
    replacements: { list: replacementFieldShape },
    replicas: { list: replicaShape },
    vars: { list: varShape },
    sortOptions: sortOptionsShape,
    resources: strings,
    components: strings,
    crds: strings,
    bases: strings,
    configMapGenerator: {
      list: { struct: 'ConfigMapArgs', embedded: generatorEmbedded, fields: generatorFields },
    },
    secretGenerator: {
      list: {
        struct: 'SecretArgs',
        embedded: generatorEmbedded,
        fields: { ...generatorFields, type: 'string' },
      },
    },
    helmGlobals: { struct: 'HelmGlobals', fields: helmGlobalsFields },
    helmCharts: { list: { struct: 'HelmChart', fields: helmChartFields } },
    helmChartInflationGenerator: { list: oldHelmChartShape },
    generatorOptions: generatorOptionsShape,
    configurations: strings,
    generators: strings,
    transformers: strings,
    validators: strings,
    buildMetadata: strings,
  },
};

const fieldSpecs: Shape = { list: fieldSpecShape };

/** A file that `configurations` names. */
export const configurationShape: Struct = {
  struct: 'builtinconfig.TransformerConfig',
  fields: {
    namePrefix: fieldSpecs,
    nameSuffix: fieldSpecs,
    namespace: fieldSpecs,
    commonLabels: fieldSpecs,
    labels: fieldSpecs,
    templateLabels: fieldSpecs,
    volumeClaimTemplateLabels: fieldSpecs,
    commonAnnotations: fieldSpecs,
    nameReference: { list: { struct: 'NameBackReferences', fields: { ...gvkFields, fieldSpecs } } },
    varReference: fieldSpecs,
    images: fieldSpecs,
    replicas: fieldSpecs,
  },
};

/** The configuration of each built-in plugin as an object of its own kind. */
export const pluginShapes: Readonly<Record<string, Struct>> = {
  AnnotationsTransformer: { struct: 'plugin', fields: { annotations: pairs, fieldSpecs } },
  LabelTransformer: { struct: 'plugin', fields: { labels: pairs, fieldSpecs } },
  ConfigMapGenerator: { struct: 'plugin', fields: { metadata: metadataShape, ...generatorFields } },
  SecretGenerator: {
    struct: 'plugin',
    fields: { metadata: metadataShape, ...generatorFields, type: 'string' },
  },
  IAMPolicyGenerator: {
    struct: 'plugin',
    fields: {
      cloud: 'string',
      kubernetesService: { struct: 'KubernetesService', fields: { name: 'string', namespace: 'string' } },
      serviceAccount: { struct: 'ServiceAccount', fields: { name: 'string', projectId: 'string' } },
    },
  },
  ImageTagTransformer: { struct: 'plugin', fields: { imageTag: imageShape, fieldSpecs } },
  NamespaceTransformer: {
    struct: 'plugin',
    fields: { metadata: metadataShape, fieldSpecs, unsetOnly: 'bool', setRoleBindingSubjects: 'string' },
  },
  PatchJson6902Transformer: {
    struct: 'plugin',
    fields: { target: selectorShape, path: 'string', jsonOp: 'string' },
  },
  PatchStrategicMergeTransformer: { struct: 'plugin', fields: { paths: strings, patches: 'string' } },
  PatchTransformer: { struct: 'plugin', fields: patchShape.fields },
  PrefixSuffixTransformer: {
    struct: 'plugin',
    fields: { prefix: 'string', suffix: 'string', fieldSpecs },
  },
  PrefixTransformer: { struct: 'plugin', fields: { prefix: 'string', fieldSpecs } },
  SuffixTransformer: { struct: 'plugin', fields: { suffix: 'string', fieldSpecs } },
  ReplicaCountTransformer: { struct: 'plugin', fields: { replica: replicaShape, fieldSpecs } },
  ReplacementTransformer: {
    struct: 'plugin',
    fields: { replacements: { list: replacementFieldShape } },
  },
  ValueAddTransformer: {
    struct: 'plugin',
    fields: {
      value: 'string',
      targets: {
        list: {
          struct: 'Target',
          fields: { selector: selectorShape, fieldPath: 'string', filePathPosition: 'int' },
        },
      },
      targetFilePath: 'string',
    },
  },
  HelmChartInflationGenerator: {
    struct: 'plugin',
    fields: { ...helmGlobalsFields, ...helmChartFields },
  },
  HashTransformer: { struct: 'plugin', fields: {} },
};
