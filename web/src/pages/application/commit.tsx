import { useQuery } from '@tanstack/react-query';
import { revisionQuery } from '../../api/queries.ts';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { authorName, firstLine, shortRevision } from '../../model/format.ts';
import { usePlatform } from '../../platform/context.ts';
import { useToast } from '../../ui/toast.tsx';
import styles from './commit.module.css';

/** A revision in its short form; a press copies the long one. */
export function Revision({ revision }: { readonly revision: string }) {
  const toast = useToast();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(revision);
    toast({ tone: 'good', title: messages.revisionCopied, detail: revision });
  };
  return (
    <button
      type="button"
      className={styles.revision}
      title={`${revision}\n${messages.copyHint}`}
      onClick={() => void copy()}
    >
      {shortRevision(revision)}
    </button>
  );
}

/** Whose commit a revision is and what it says; nothing where the source has no commits. */
export function Commit({
  id,
  revision,
  className,
}: {
  readonly id: AppId;
  readonly revision: string;
  readonly className: string | undefined;
}) {
  const { api } = usePlatform();
  const { data } = useQuery(revisionQuery(api, id, revision));
  return (
    // The space is kept while the answer is awaited, so that nothing below moves.
    <p className={className} title={data?.message} style={{ minHeight: '1.45em' }}>
      {data?.author === undefined ? null : <span>{authorName(data.author)}: </span>}
      {data?.message === undefined ? null : firstLine(data.message)}
    </p>
  );
}
