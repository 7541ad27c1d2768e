import { errors } from '../registry/index.ts';

/** The form that a client wants an answer in. */
export interface Wanted {
  readonly as: 'object' | 'table' | 'partial' | 'partialList';
  readonly format: 'json' | 'yaml';
  /** The version of meta.k8s.io for tables and partial objects. */
  readonly metaVersion: 'v1' | 'v1beta1';
  readonly contentType: string;
}

const plainJson: Wanted = {
  as: 'object',
  format: 'json',
  metaVersion: 'v1',
  contentType: 'application/json',
};
const known = new Map<string, Wanted | undefined>();
const knownMax = 200;

const shapes: Readonly<Record<string, Wanted['as']>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partialList',
};

/** Chooses among what the Accept header lists, in its order. `shaped`: whether tables and partial objects are offered. */
export function negotiate(accept: string | undefined, shaped: boolean): Wanted {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*')
    return plainJson;
  const key = `${shaped ? 's' : 'o'}${accept}`;
  if (!known.has(key)) {
    if (known.size > knownMax) known.clear();
    known.set(key, choose(accept, shaped));
  }
  const chosen = known.get(key);
  if (chosen !== undefined) return chosen;
  throw notAcceptable(accept);
}

const representations =
  'application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';

export function notAcceptable(accept: string): Error {
  // The router refuses what it has never heard of before anybody looks at the parameters.
  if (!/json|yaml|protobuf|\*/.test(accept)) {
    return errors.failure(
      406,
      'NotAcceptable',
      `406: Not Acceptable\n\nAvailable representations: ${representations}`,
      {},
    );
  }
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  return errors.failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted}`);
}

function choose(accept: string, shaped: boolean): Wanted | undefined {
  for (const clause of accept.split(',')) {
    const [media = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2)));
    const format = formatOf(media);
    if (format === undefined) continue;
    const as = parameters['as'];
    if (as === undefined)
      return {
        ...plainJson,
        format,
        contentType: format === 'yaml' ? 'application/yaml' : 'application/json',
      };
    const version = parameters['v'];
    if (
      !shaped ||
      shapes[as] === undefined ||
      parameters['g'] !== 'meta.k8s.io' ||
      (version !== 'v1' && version !== 'v1beta1')
    )
      continue;
    return {
      as: shapes[as],
      format,
      metaVersion: version,
      contentType: format === 'yaml' ? 'application/yaml' : 'application/json',
    };
  }
  return undefined;
}

function formatOf(media: string): 'json' | 'yaml' | undefined {
  if (media === 'application/json' || media === '*/*' || media === 'application/*') return 'json';
  return media === 'application/yaml' ? 'yaml' : undefined;
}
