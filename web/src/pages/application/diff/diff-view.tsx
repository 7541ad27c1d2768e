import { useMemo, useState } from 'react';
import { messages } from '../../../messages.ts';
import { foldRows } from '../../../model/diff-rows.ts';
import type { DiffCell, DiffRow, Fold } from '../../../model/diff-rows.ts';
import type { YamlLine } from '../../../model/yaml.ts';
import { YamlText } from '../../../ui/code.tsx';
import { cx } from '../../../ui/cx.ts';
import styles from './diff-view.module.css';

export type DiffLook = 'split' | 'inline';

/** Two states of one resource: what is, and what should be. Equal stretches are folded until asked for. */
export function DiffView({ rows, look }: { readonly rows: readonly DiffRow[]; readonly look: DiffLook }) {
  const parts = useMemo(() => foldRows(rows), [rows]);
  return (
    <div className={styles.view}>
      {parts.map((part, index) =>
        part.type === 'fold' ? (
          <FoldView key={index} fold={part} look={look} />
        ) : (
          <RowView key={index} row={part} look={look} />
        ),
      )}
    </div>
  );
}

function FoldView({ fold, look }: { readonly fold: Fold; readonly look: DiffLook }) {
  const [open, setOpen] = useState(false);
  if (open) return fold.rows.map((row, index) => <RowView key={index} row={row} look={look} />);
  return (
    <button type="button" className={styles.fold} onClick={() => setOpen(true)}>
      {messages.diff.folded(fold.rows.length)}
    </button>
  );
}

function RowView({ row, look }: { readonly row: DiffRow; readonly look: DiffLook }) {
  const changed = row.type === 'changed';
  if (look === 'split') {
    return (
      <div className={styles.row}>
        <Side cell={row.left} className={changed ? styles.removed : undefined} sign={changed ? '−' : ''} />
        <Side cell={row.right} className={changed ? styles.added : undefined} sign={changed ? '+' : ''} />
      </div>
    );
  }
  if (!changed)
    return <Inline left={row.left} right={row.right} line={row.left} className={undefined} sign="" />;
  return (
    <>
      {row.left === undefined ? null : (
        <Inline left={row.left} right={undefined} line={row.left} className={styles.removed} sign="−" />
      )}
      {row.right === undefined ? null : (
        <Inline left={undefined} right={row.right} line={row.right} className={styles.added} sign="+" />
      )}
    </>
  );
}

interface SideProps {
  readonly cell: DiffCell | undefined;
  readonly className: string | undefined;
  readonly sign: string;
}

function Side({ cell, className, sign }: SideProps) {
  if (cell === undefined) return <div className={cx(styles.cell, styles.absent)} />;
  return (
    <div className={cx(styles.cell, className)}>
      <span className={styles.number}>{cell.number}</span>
      <span className={styles.sign}>{sign}</span>
      <code className={styles.text}>
        <CellText cell={cell} />
      </code>
    </div>
  );
}

interface InlineProps {
  readonly left: DiffCell | undefined;
  readonly right: DiffCell | undefined;
  readonly line: DiffCell | undefined;
  readonly className: string | undefined;
  readonly sign: string;
}

function Inline({ left, right, line, className, sign }: InlineProps) {
  return (
    <div className={cx(styles.row, styles.single)}>
      <div className={cx(styles.cell, className)}>
        <span className={styles.number}>{left?.number}</span>
        <span className={styles.number}>{right?.number}</span>
        <span className={styles.sign}>{sign}</span>
        <code className={styles.text}>{line === undefined ? null : <CellText cell={line} />}</code>
      </div>
    </div>
  );
}

/** A line with the letters marked that the other side has otherwise. */
function CellText({ cell: { line, from, to } }: { readonly cell: DiffCell }) {
  if (from >= to) return <YamlText line={line} />;
  return (
    <>
      <YamlText line={slice(line, 0, from)} />
      <mark>
        <YamlText line={slice(line, from, to)} />
      </mark>
      <YamlText line={slice(line, to, Infinity)} />
    </>
  );
}

function slice(line: YamlLine, from: number, to: number): YamlLine {
  let at = 0;
  return line.flatMap((token) => {
    const start = Math.max(0, from - at);
    const end = Math.min(token.text.length, to - at);
    at += token.text.length;
    return start < end ? [{ ...token, text: token.text.slice(start, end) }] : [];
  });
}
