import type { FieldError, KindHooks } from '../registry/types.ts';
import { duplicate, invalid, list, notSupported, record, required, text } from './fields.ts';
import { validateSignerName } from './signer-name.ts';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** CertificateSigningRequests: kept and checked; nobody signs here. */
export const signingRequestHooks: KindHooks = {
  status: true,
  prepareForUpdate(draft, previous) {
    // What was asked for stays as it was.
    draft['spec'] = previous['spec'];
  },
  validate(object, previous) {
    if (previous !== undefined) return [];
    const spec = record(object['spec']);
    const errors: FieldError[] = [];
    const request = spec['request'];
    if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(Buffer.from(text(request), 'base64').toString()))
      errors.push(invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST'));
    const usages = list(spec['usages']);
    if (usages.length === 0) errors.push(required('spec.usages'));
    for (const [index, usage] of usages.entries()) {
      if (!USAGES.includes(text(usage))) errors.push(notSupported(`spec.usages[${index}]`, usage, USAGES));
    }
    for (const [index, usage] of usages.entries())
      if (usages.indexOf(usage) < index) errors.push(duplicate(`spec.usages[${index}]`, usage));
    errors.push(...validateSignerName(text(spec['signerName']), 'spec.signerName'));
    const seconds = spec['expirationSeconds'];
    if (typeof seconds === 'number' && seconds < 600)
      errors.push(
        invalid(
          'spec.expirationSeconds',
          seconds,
          'may not specify a duration less than 600 seconds (10 minutes)',
        ),
      );
    return errors;
  },
};
