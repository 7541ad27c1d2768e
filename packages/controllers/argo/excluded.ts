/**
 * Kinds that are never watched: records of what happened and of who holds what, which change all the time and which
 * nobody keeps in Git.
 */
const EXCLUDED: Readonly<Record<string, readonly string[] | '*'>> = {
  '': ['Event', 'Endpoints', 'ComponentStatus', 'Binding'],
  'events.k8s.io': '*',
  'discovery.k8s.io': ['EndpointSlice'],
  'coordination.k8s.io': ['Lease', 'LeaseCandidate'],
  'authentication.k8s.io': '*',
  'authorization.k8s.io': '*',
  'certificates.k8s.io': ['CertificateSigningRequest'],
  'metrics.k8s.io': '*',
};

export function isExcluded(kind: { readonly group: string; readonly kind: string }): boolean {
  const kinds = EXCLUDED[kind.group];
  return kinds === '*' || (kinds?.includes(kind.kind) ?? false);
}
