import type { KubeObject } from '@plumbline/api';
import { isRecord } from '@plumbline/base';

const inlinePath = /<\s*path:[^<>]+>/;
const generic = /<[^<>\s][^<>]*>/;

/**
 * Where an object wants a value from a secret store, as argocd-vault-plugin reads it: `<path:...#key>` anywhere (in
 * Secrets also in base64), `<key>` where the annotation `avp.kubernetes.io/path` says which secret. A JSON Pointer.
 */
export function findPlaceholder(object: KubeObject): string | undefined {
  const annotations: unknown = object.metadata.annotations;
  const known = isRecord(annotations) ? annotations : {};
  if (known['avp.kubernetes.io/ignore'] === 'true') return undefined;
  const pattern = 'avp.kubernetes.io/path' in known ? generic : inlinePath;
  const inText = search(object, '', (text) => pattern.test(text));
  if (inText !== undefined || object.kind !== 'Secret') return inText;
  const isHidden = (text: string): boolean => pattern.test(decodeBase64(text));
  return search(object['data'], '/data', isHidden);
}

function search(value: unknown, pointer: string, test: (text: string) => boolean): string | undefined {
  if (typeof value === 'string') return test(value) ? pointer : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, member] of Object.entries(value)) {
    const key = name.replaceAll('~', '~0').replaceAll('/', '~1');
    const found = test(name) ? `${pointer}/${key}` : search(member, `${pointer}/${key}`, test);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text of base64; nothing for what is none. */
function decodeBase64(text: string): string {
  try {
    return atob(text.trim());
  } catch {
    return '';
  }
}
