import type { Application } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useSync } from '../../api/actions.ts';
import { idOf } from '../../api/cache.ts';
import { applicationQuery } from '../../api/queries.ts';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { sourcesOf } from '../../model/application-row.ts';
import { defaultSyncForm, syncKey, syncRequestOf, syncableOf } from '../../model/sync-form.ts';
import type { SyncForm } from '../../model/sync-form.ts';
import { usePlatform } from '../../platform/context.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/check.tsx';
import { Failure, Loading } from '../../ui/notice.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { SyncBadge } from '../../ui/status.tsx';
import styles from './sync-panel.module.css';

/** The panel for an application of which only the list's part is known: asks for the rest first. */
export function SyncPanelById({ id, onClose }: { readonly id: AppId; readonly onClose: () => void }) {
  const { api } = usePlatform();
  const query = useQuery(applicationQuery(api, id));
  if (query.isSuccess) return <SyncPanel application={query.data} onClose={onClose} />;
  return (
    <Sheet open onClose={onClose} title={messages.syncPanel.title(id.name)}>
      {query.isError ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading what={messages.loading} />
      )}
    </Sheet>
  );
}

/** How to sync: what Argo CD's panel offers, under the same names. */
function SyncPanel({
  application,
  onClose,
}: {
  readonly application: Application;
  readonly onClose: () => void;
}) {
  const id = idOf(application);
  const sync = useSync();
  const [form, setForm] = useState<SyncForm>(() => defaultSyncForm(application));
  const change = (part: Partial<SyncForm>): void => setForm((old) => ({ ...old, ...part }));
  const start = (): void =>
    sync.mutate({ id, request: syncRequestOf(form, application) }, { onSuccess: onClose });
  const startButton = useRef<HTMLButtonElement>(null);
  const texts = messages.syncPanel;
  const nothing = form.resources.size === 0;
  return (
    <Sheet
      open
      onClose={onClose}
      title={texts.title(id.name)}
      initialFocus={startButton}
      footer={
        <>
          <Button onClick={onClose}>{messages.cancel}</Button>
          <Button
            ref={startButton}
            look="primary"
            icon="sync"
            onClick={start}
            disabled={sync.isPending || nothing}
          >
            {form.dryRun ? texts.startDryRun : texts.start}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!nothing) start();
        }}
      >
        <label className={styles.field}>
          {texts.revision}
          <input
            value={form.revision}
            placeholder={sourcesOf(application)[0]?.targetRevision ?? 'HEAD'}
            spellCheck={false}
            autoCapitalize="none"
            disabled={sourcesOf(application).length > 1}
            onChange={(event) => change({ revision: event.target.value })}
          />
        </label>
        <fieldset className={styles.group}>
          <legend>{texts.how}</legend>
          <div className={styles.options}>
            <Check
              checked={form.prune}
              onChange={(prune) => change({ prune })}
              label={texts.prune.name}
              hint={texts.prune.what}
            />
            <Check
              checked={form.dryRun}
              onChange={(dryRun) => change({ dryRun })}
              label={texts.dryRun.name}
              hint={texts.dryRun.what}
            />
            <Check
              checked={form.force}
              onChange={(force) => change({ force })}
              label={texts.force.name}
              hint={texts.force.what}
            />
            <Check
              checked={form.applyOnly}
              onChange={(applyOnly) => change({ applyOnly })}
              label={texts.applyOnly.name}
              hint={texts.applyOnly.what}
            />
          </div>
        </fieldset>
        <Resources application={application} form={form} onChange={change} />
        <button type="submit" hidden />
      </form>
    </Sheet>
  );
}

interface ResourcesProps {
  readonly application: Application;
  readonly form: SyncForm;
  readonly onChange: (part: Partial<SyncForm>) => void;
}

function Resources({ application, form, onChange }: ResourcesProps) {
  const resources = syncableOf(application);
  const texts = messages.syncPanel;
  const choose = (of: typeof resources): void => onChange({ resources: new Set(of.map(syncKey)) });
  const toggle = (key: string): void => {
    const next = new Set(form.resources);
    if (!next.delete(key)) next.add(key);
    onChange({ resources: next });
  };
  if (resources.length === 0) return null;
  return (
    <fieldset className={styles.group}>
      <legend>{texts.resources}</legend>
      <div className={styles.pick}>
        <span>{messages.countOf(form.resources.size, resources.length)}</span>
        <Button small look="quiet" onClick={() => choose(resources)}>
          {texts.all}
        </Button>
        <Button
          small
          look="quiet"
          onClick={() => choose(resources.filter((resource) => resource.status === 'OutOfSync'))}
        >
          {texts.outOfSync}
        </Button>
        <Button small look="quiet" onClick={() => choose([])}>
          {texts.none}
        </Button>
      </div>
      <div className={styles.resources}>
        {resources.map((resource) => (
          <label key={syncKey(resource)} className={styles.resource}>
            <input
              type="checkbox"
              checked={form.resources.has(syncKey(resource))}
              onChange={() => toggle(syncKey(resource))}
            />
            <span className={styles.name}>
              {resource.name} <span className={styles.kind}>{resource.kind}</span>
            </span>
            <SyncBadge sync={resource.status ?? 'Unknown'} look="icon" />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
