import type { AppId } from '../../api/shapes.ts';

/** Where an application's page is, as Argo CD has it. */
export function addressOf(id: AppId, tab?: string): string {
  const base = `/applications/${encodeURIComponent(id.namespace)}/${encodeURIComponent(id.name)}`;
  return tab === undefined ? base : `${base}/${tab}`;
}
