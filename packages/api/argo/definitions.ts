import type { KubeObject } from '../kubernetes/object.ts';
import { applicationSchema, applicationSetSchema, projectSchema } from './application.schema.ts';
import type { Schema } from './schema.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: Schema;
  readonly columns: readonly Column[];
  /** Application and AppProject have none: Argo CD and its clients write their status by patches of the whole object. */
  readonly statusSubresource: boolean;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'Application',
    plural: 'applications',
    shortNames: ['app', 'apps'],
    schema: applicationSchema,
    columns: [
      { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
      { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
      { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision', priority: 10 },
      { name: 'Project', type: 'string', jsonPath: '.spec.project', priority: 10 },
    ],
    statusSubresource: false,
  },
  {
    kind: 'AppProject',
    plural: 'appprojects',
    shortNames: ['appproj', 'appprojs'],
    schema: projectSchema,
    columns: [],
    statusSubresource: false,
  },
  {
    kind: 'ApplicationSet',
    plural: 'applicationsets',
    shortNames: ['appset', 'appsets'],
    schema: applicationSetSchema,
    columns: [],
    statusSubresource: true,
  },
];

function definition(kind: Kind): KubeObject {
  const name = `${kind.plural}.argoproj.io`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'argocd' } },
    spec: {
      group: 'argoproj.io',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        shortNames: kind.shortNames,
        singular: kind.kind.toLowerCase(),
      },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: kind.schema },
          ...(kind.columns.length > 0 ? { additionalPrinterColumns: kind.columns } : {}),
          ...(kind.statusSubresource ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}

/** The CustomResourceDefinitions of Application, AppProject and ApplicationSet. */
export function argoDefinitions(): readonly KubeObject[] {
  return KINDS.map(definition);
}
