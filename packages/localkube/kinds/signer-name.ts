import type { FieldError } from '../registry/types.ts';
import { invalid, required, tooLong } from './fields.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';

const domainMax = 253;
/** A domain, a path of a label and a subdomain, and what stands between them. */
const nameMax = domainMax + 253 + 63 + 2;

/** `domain/path` of who signs certificates. */
export function validateSignerName(name: string, at: string): FieldError[] {
  if (name === '') return [required(at)];
  const [domain = '', path = '', ...rest] = name.split('/');
  if (rest.length > 0 || !name.includes('/')) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(at, name, detail)];
  }
  const labels = domain.split('.');
  const errors: FieldError[] = domain.length > domainMax ? [tooLong(at, domainMax)] : [];
  errors.push(...firstWrong(labels, dnsLabelStrict, domain, at));
  if (labels.length < 2)
    errors.push(invalid(at, domain, 'should be a domain with at least two segments separated by dots'));
  errors.push(...firstWrong(path.split('.'), (label) => dnsSubdomain(label, false), path, at));
  if (name.length > nameMax) errors.push(tooLong(at, nameMax));
  return errors;
}

/** What is wrong with the first label that is; the others would say the same again. */
function firstWrong(
  labels: readonly string[],
  check: (label: string) => readonly string[],
  shown: string,
  at: string,
): FieldError[] {
  const wrong = labels.find((label) => check(label).length > 0);
  if (wrong === undefined) return [];
  return check(wrong).map((why) => invalid(at, shown, `validating label ${JSON.stringify(wrong)}: ${why}`));
}
