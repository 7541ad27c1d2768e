import type { Application, RevisionHistory } from '@plumbline/api';
import { useState } from 'react';
import { useRollback } from '../../api/actions.ts';
import { idOf } from '../../api/cache.ts';
import { messages } from '../../messages.ts';
import { isAutoSynced } from '../../model/application-row.ts';
import { shortRevision } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/check.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Commit } from './commit.tsx';

interface RollbackProps {
  readonly application: Application;
  readonly entry: RevisionHistory;
  readonly onClose: () => void;
}

/** Says what a rollback will do before it does it. */
export function RollbackDialog({ application, entry, onClose }: RollbackProps) {
  const id = idOf(application);
  const rollback = useRollback();
  const [prune, setPrune] = useState(false);
  const revision = entry.revision ?? entry.revisions?.[0] ?? '';
  const texts = messages.rollback;
  return (
    <Sheet
      open
      onClose={onClose}
      look="dialog"
      title={texts.title(id.name)}
      footer={
        <>
          <Button onClick={onClose}>{messages.cancel}</Button>
          <Button
            look="primary"
            icon="undo"
            disabled={rollback.isPending}
            onClick={() => rollback.mutate({ id, historyId: entry.id, prune }, { onSuccess: onClose })}
          >
            {texts.action}
          </Button>
        </>
      }
    >
      <div style={{ display: 'grid', gap: 12 }}>
        <p>{texts.what(entry.id, shortRevision(revision))}</p>
        {revision === '' ? null : <Commit id={id} revision={revision} className={undefined} />}
        {isAutoSynced(application) ? <p style={{ color: 'var(--warn)' }}>{texts.autoSync}</p> : null}
        <Check
          checked={prune}
          onChange={setPrune}
          label={messages.syncPanel.prune.name}
          hint={messages.syncPanel.prune.what}
        />
      </div>
    </Sheet>
  );
}
