import { definitionFor } from '@plumbline/api/schema';
import type { FieldError } from '../registry/types.ts';
import { localDescendingPath, validateFieldRef, validateResourceRef } from './environment-validation.ts';
import type { Fields } from './fields.ts';
import { forbidden, invalid, isAbsent, record, records, required, text } from './fields.ts';
import { goValue } from './go-value.ts';
import { dnsSubdomain } from './names.ts';
import { validateSelector } from './selectors.ts';
import { validateSignerName } from './signer-name.ts';
import { requireTexts } from './volume-sources.ts';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

export function validateMode(mode: unknown, at: string): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 511) ? [invalid(at, mode, MODE)] : [];
}

/** Where a file goes in a volume: below it, and not where the kubelet keeps its own. */
function volumePath(at: string, path: string): FieldError[] {
  const errors = localDescendingPath(at, path);
  if (path.startsWith('..') && !path.startsWith('../') && path !== '..')
    errors.push(invalid(at, path, "must not start with '..'"));
  return errors;
}

/** Keys of a Secret or ConfigMap and the files that they become. */
export function validateItems(source: Fields, at: string): FieldError[] {
  return records(source['items']).flatMap((item, index) => validateItem(item, `${at}.items[${index}]`));
}

function validateItem(item: Fields, at: string): FieldError[] {
  return [
    ...requireTexts(item, at, ['key', 'path']),
    ...volumePath(`${at}.path`, text(item['path'])),
    ...validateMode(item['mode'], `${at}.mode`),
  ];
}

const POD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export function validateDownwardItem(item: Fields, at: string): FieldError[] {
  const errors = [...requireTexts(item, at, ['path']), ...volumePath(`${at}.path`, text(item['path']))];
  const resource = item['resourceFieldRef'];
  if (!isAbsent(item['fieldRef'])) {
    errors.push(...validateFieldRef(record(item['fieldRef']), `${at}.fieldRef`, POD_FIELDS));
    if (!isAbsent(resource))
      errors.push(
        invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
      );
  } else if (isAbsent(resource))
    errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  else errors.push(...validateResourceRef(record(resource), `${at}.resourceFieldRef`, true));
  return [...errors, ...validateMode(item['mode'], `${at}.mode`)];
}

/** Several sources in one volume, whose files may not meet. */
export function validateProjections(volume: Fields, at: string): FieldError[] {
  const taken = new Set<string>();
  const meets = (path: string, shown: string): FieldError[] => {
    if (!taken.has(path)) {
      taken.add(path);
      return [];
    }
    return [invalid(at, shown, 'conflicting duplicate paths')];
  };
  return records(volume['sources']).flatMap((source, index) => {
    const here = `${at}.sources[${index}]`;
    const errors: FieldError[] = [];
    for (const kind of ['secret', 'configMap']) {
      if (isAbsent(source[kind])) continue;
      const part = record(source[kind]);
      errors.push(...requireTexts(part, `${here}.${kind}`, ['name']));
      for (const [n, item] of records(part['items']).entries()) {
        errors.push(...validateItem(item, `${here}.${kind}.items[${n}]`));
        const path = text(item['path']);
        if (path !== '') errors.push(...meets(path, text(part['name'])));
      }
    }
    for (const item of records(record(source['downwardAPI'])['items'])) {
      errors.push(...validateDownwardItem(item, `${here}.downwardAPI`));
      const path = text(item['path']);
      if (path !== '') errors.push(...meets(path, path));
    }
    if (!isAbsent(source['serviceAccountToken']))
      errors.push(...validateToken(record(source['serviceAccountToken']), here, at));
    if (!isAbsent(source['clusterTrustBundle'])) {
      const bundle = record(source['clusterTrustBundle']);
      const path = text(bundle['path']);
      errors.push(...validateBundle(bundle, `${here}.clusterTrustBundle`), ...meets(path, path));
    }
    if (Object.keys(source).filter((kind) => !isAbsent(source[kind])).length > 1)
      errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
    return errors;
  });
}

function validateToken(token: Fields, source: string, volume: string): FieldError[] {
  const at = `${source}.serviceAccountToken.expirationSeconds`;
  const seconds = token['expirationSeconds'];
  const errors: FieldError[] = [];
  if (typeof seconds === 'number' && seconds < 600)
    errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
  if (typeof seconds === 'number' && seconds > 2 ** 32)
    errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  // The place of this one is the volume's.
  const path = text(token['path']);
  return [...errors, ...(path === '' ? [required(`${volume}.path`)] : volumePath(`${volume}.path`, path))];
}

function validateBundle(bundle: Fields, at: string): FieldError[] {
  const { name, signerName: signer } = bundle;
  const errors: FieldError[] = [];
  const shown = goValue(definitionFor('io.k8s.api.core.v1.ClusterTrustBundleProjection'), bundle);
  if (!isAbsent(name) && !isAbsent(signer))
    errors.push(invalid(at, shown, 'only one of name and signerName may be used'));
  else if (!isAbsent(name)) {
    if (name === '') errors.push(required(`${at}.name`, 'must be a valid object name'));
    const own = text(name).split(':').at(-1) ?? '';
    errors.push(
      ...dnsSubdomain(own, false).map((why) =>
        invalid(`${at}.name`, name, `not a valid clustertrustbundlename: ${why}`),
      ),
    );
    if (!isAbsent(bundle['labelSelector']))
      errors.push(
        invalid(
          `${at}.labelSelector`,
          bundle['labelSelector'],
          'labelSelector must be unset if name is specified',
        ),
      );
  } else if (isAbsent(signer)) errors.push(required(at, 'either name or signerName must be specified'));
  else {
    if (signer === '') errors.push(required(`${at}.signerName`, 'must be a valid signer name'));
    errors.push(
      ...validateSignerName(text(signer), `${at}.signerName`),
      ...validateSelector(bundle['labelSelector'], `${at}.labelSelector`),
    );
  }
  return [
    ...errors,
    ...requireTexts(bundle, at, ['path']),
    ...volumePath(`${at}.path`, text(bundle['path'])),
  ];
}
