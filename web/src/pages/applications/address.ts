import type { AppId } from '../../api/shapes.ts';

/** Where the list is, as it was left. */
export function listAddress(search: string): string {
  return search === '' ? '/applications' : `/applications?${search}`;
}

/** Where an application's page is, as Argo CD has it. */
export function addressOf(id: AppId, tab?: string): string {
  const base = `/applications/${encodeURIComponent(id.namespace)}/${encodeURIComponent(id.name)}`;
  return tab === undefined ? base : `${base}/${tab}`;
}
