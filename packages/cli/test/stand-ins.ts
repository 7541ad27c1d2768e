import { isRecord, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

/** An object that a controller would make which does not run here. */
export interface StandIn {
  readonly object: KubeObject;
  readonly why: string;
}

const placeholder = Buffer.from('stand-in').toString('base64');

function secret(from: KubeObject, name: string, keys: readonly string[], type = 'Opaque'): StandIn {
  return {
    why: `Secret ${name} stands in for what the controller of ${from.kind} ${from.metadata.name} would make; its values are made up`,
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      type,
      data: Object.fromEntries(keys.map((key) => [key, placeholder])),
    },
  };
}

const keysOf = (value: unknown): readonly string[] => (isRecord(value) ? Object.keys(value) : []);

/**
 * Secrets that pods wait for and that only a controller with access to the real values could make. With them a test says
 * whether the rest comes up; the keys are those that the resource names.
 */
export function standInFor(object: KubeObject): StandIn | undefined {
  const group = object.apiVersion.slice(0, Math.max(0, object.apiVersion.indexOf('/')));
  const spec = recordAt(object, 'spec');
  const { name } = object.metadata;
  switch (`${group}/${object.kind}`) {
    case 'bitnami.com/SealedSecret': {
      const template = recordAt(spec, 'template');
      const keys = [...keysOf(spec['encryptedData']), ...keysOf(template['data'])];
      return secret(
        object,
        textAt(recordAt(template, 'metadata'), 'name') || name,
        keys,
        textAt(template, 'type') || 'Opaque',
      );
    }
    case 'external-secrets.io/ExternalSecret': {
      const target = recordAt(spec, 'target');
      const keys = [
        ...recordsAt(spec, 'data').map((one) => textAt(one, 'secretKey')),
        ...keysOf(recordAt(target, 'template')['data']),
      ];
      return secret(object, textAt(target, 'name') || name, keys);
    }
    case 'cert-manager.io/Certificate': {
      const wanted = textAt(spec, 'secretName');
      return wanted === ''
        ? undefined
        : secret(object, wanted, ['tls.crt', 'tls.key', 'ca.crt'], 'kubernetes.io/tls');
    }
    default:
      return undefined;
  }
}
