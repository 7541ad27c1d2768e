import type { Application } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useSync } from '../../api/actions.ts';
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

/** How to sync: what Argo CD's panel offers, under the same names. */
export function SyncPanel({ id, onClose }: { readonly id: AppId; readonly onClose: () => void }) {
  const { api } = usePlatform();
  const sync = useSync();
  // The list knows an application only in part; its resources are asked for here.
  const query = useQuery(applicationQuery(api, id));
  const [edited, setEdited] = useState<SyncForm | undefined>(undefined);
  const startButton = useRef<HTMLButtonElement>(null);
  const application = query.data;
  const form = edited ?? (application === undefined ? undefined : defaultSyncForm(application));
  const start = (): void => {
    if (application === undefined || form === undefined || form.resources.size === 0) return;
    sync.mutate({ id, request: syncRequestOf(form, application) }, { onSuccess: onClose });
  };
  const texts = messages.syncPanel;
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
            disabled={sync.isPending || form?.resources.size === 0}
          >
            {form?.dryRun === true ? texts.startDryRun : texts.start}
          </Button>
        </>
      }
    >
      {query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {application === undefined || form === undefined ? (
        query.isPending ? (
          <Loading what={messages.loading} />
        ) : null
      ) : (
        <Form
          application={application}
          form={form}
          onChange={(part) => setEdited({ ...form, ...part })}
          onSubmit={start}
        />
      )}
    </Sheet>
  );
}

interface FormProps extends ResourcesProps {
  readonly onSubmit: () => void;
}

function Form({ application, form, onChange, onSubmit }: FormProps) {
  const texts = messages.syncPanel;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
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
          onChange={(event) => onChange({ revision: event.target.value })}
        />
      </label>
      <fieldset className={styles.group}>
        <legend>{texts.how}</legend>
        <div className={styles.options}>
          {(['prune', 'dryRun', 'force', 'applyOnly'] as const).map((option) => (
            <Check
              key={option}
              checked={form[option]}
              onChange={(checked) => onChange({ [option]: checked })}
              label={texts[option].name}
              hint={texts[option].what}
            />
          ))}
        </div>
      </fieldset>
      <Resources application={application} form={form} onChange={onChange} />
      <button type="submit" hidden />
    </form>
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
