import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { integer, record, stringMap } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { ControllerContext } from './context.ts';
import { templateHash } from './hash.ts';
import { MANAGER, controlled, controllerReference, specOf } from './objects.ts';

/** The label by which pods of StatefulSets and DaemonSets name their template. */
export const REVISION_HASH = 'controller-revision-hash';

const dataOf = (template: unknown): Fields => ({
  spec: { template: { ...record(template), $patch: 'replace' } },
});

/** Revisions of a set, oldest first. */
export function revisionsOf(context: ControllerContext, owner: KubeObject): KubeObject[] {
  return controlled(context.access, owner, 'ControllerRevision').toSorted(
    (a, b) => integer(a['revision']) - integer(b['revision']),
  );
}

/** The revision of the set's present template: found among the others (and made the latest), or made. */
export function currentRevision(
  context: ControllerContext,
  owner: KubeObject,
  revisions: readonly KubeObject[],
): KubeObject {
  const template = specOf(owner)['template'];
  const data = dataOf(template);
  const latest = integer(revisions.at(-1)?.['revision']);
  const found = revisions.findLast((revision) => equalData(revision['data'], data));
  if (found !== undefined) {
    if (integer(found['revision']) === latest) return found;
    return context.access.update({ ...found, revision: latest + 1 }, MANAGER);
  }
  const hash = templateHash(template);
  return context.access.create(
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${owner.metadata.name}-${hash}`,
        namespace: owner.metadata.namespace ?? '',
        labels: { ...stringMap(record(record(template)['metadata'])['labels']), [REVISION_HASH]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: latest + 1,
    },
    MANAGER,
  );
}

/** The pod template that a revision holds. */
export function templateOf(revision: KubeObject): Fields {
  const { $patch: _, ...template } = record(record(record(revision['data'])['spec'])['template']);
  return template;
}

/** Deletes the oldest revisions that nothing uses, beyond the limit. */
export function trimRevisions(
  context: ControllerContext,
  owner: KubeObject,
  revisions: readonly KubeObject[],
  used: ReadonlySet<string>,
): void {
  const limit = integer(specOf(owner)['revisionHistoryLimit'], 10);
  const unused = revisions.filter((revision) => !used.has(revision.metadata.name));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    context.access.delete(
      'apps',
      'ControllerRevision',
      revision.metadata.namespace ?? '',
      revision.metadata.name,
    );
  }
}
