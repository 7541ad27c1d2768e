import type { FieldError } from '../registry/types.ts';
import { invalid, invalidEach } from './fields.ts';
import { qualifiedName } from './names.ts';
import { isWhole, parseQuantity } from './quantity.ts';

/** What containers ask for by a name without a domain. */
const OF_CONTAINERS: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** What comes in whole numbers only. */
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];

/** What a quota may bound by a name without a domain. */
const OF_QUOTAS: ReadonlySet<string> = new Set([
  ...OF_CONTAINERS,
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...COUNTED,
]);

/** Names without a domain that mean something anywhere. */
const STANDARD: ReadonlySet<string> = new Set([...OF_QUOTAS, 'storage']);
const counted: ReadonlySet<string> = new Set(COUNTED);

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isQuotaHugePages(name: string): boolean {
  return isHugePages(name) || name.startsWith('requests.hugepages-');
}

export function isQuotaResource(name: string): boolean {
  return OF_QUOTAS.has(name) || isQuotaHugePages(name);
}

/** Kubernetes' own: without a domain, or of its domain. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Of somebody else's domain, as device plugins have them. */
function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

/** More may be asked for than is there. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

export function validateResourceName(name: string, at: string): FieldError[] {
  const errors = invalidEach(at, name, qualifiedName(name));
  if (errors.length > 0 || name.includes('/') || STANDARD.has(name) || isQuotaHugePages(name)) return errors;
  return [invalid(at, name, 'must be a standard resource type or fully qualified')];
}

export function validateContainerResourceName(name: string, at: string): FieldError[] {
  const errors = validateResourceName(name, at);
  if (!name.includes('/')) {
    if (!OF_CONTAINERS.has(name) && !isHugePages(name))
      errors.push(invalid(at, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtendedResource(name))
    errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
  return errors;
}

/** An amount is not negative, and whole where it counts things. */
export function validateAmount(name: string, amount: unknown, at: string): FieldError[] {
  const quantity = parseQuantity(amount);
  if (quantity === undefined) return [];
  const errors: FieldError[] = [];
  if (quantity < 0n) errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
  if ((counted.has(name) || isExtendedResource(name)) && !isWhole(quantity))
    errors.push(invalid(at, amount, 'must be an integer'));
  return errors;
}
