import type { FieldError } from '../registry/types.ts';
import { invalidEach, required, tooLong } from './fields.ts';
import { dnsSubdomain } from './names.ts';

/** The name of a driver, which is a domain of at most 63 bytes. */
export function validateDriverName(name: string, at: string): FieldError[] {
  if (name === '') return [required(at)];
  return [
    ...(name.length > 63 ? [tooLong(at, 63)] : []),
    ...invalidEach(at, name, dnsSubdomain(name.toLowerCase(), false)),
  ];
}
