import { forbidden } from '../registry/errors.ts';
import type { StatusError } from '../registry/types.ts';
import type { AdmissionRequest } from './types.ts';

/** The name that messages show: of objects without one, the start of the one that they will get. */
export function nameOf(request: AdmissionRequest): string {
  const metadata = request.object?.metadata;
  const generated = metadata?.['generateName'];
  return request.name || metadata?.name || (typeof generated === 'string' ? generated : '') || 'Unknown';
}

/** 403 in the words of upstream's admission plugins. */
export function refuse(request: AdmissionRequest, why: string): StatusError {
  return forbidden(request.resource, nameOf(request), why);
}
