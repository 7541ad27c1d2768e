import { useMemo } from 'react';
import { yamlLines } from '../model/yaml.ts';
import type { YamlLine, YamlToken } from '../model/yaml.ts';
import styles from './code.module.css';

const classes: Readonly<Record<YamlToken['kind'], string | undefined>> = {
  key: styles.key,
  string: styles.string,
  number: styles.number_,
  word: styles.word,
  mark: styles.mark,
  plain: undefined,
};

/** One printed line, coloured by what its pieces are. */
export function YamlText({ line }: { readonly line: YamlLine }) {
  return line.map(({ kind, text }, index) => (
    <span key={index} className={classes[kind]}>
      {text}
    </span>
  ));
}

/** Data as numbered, coloured YAML. The browser skips lines that are out of sight. */
export function YamlView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const lines = useMemo(() => yamlLines(value), [value]);
  return (
    // A scrolling region must be reachable by keyboard.
    <pre className={styles.code} tabIndex={0} role="region" aria-label={label} style={{ flex: 1 }}>
      {lines.map((line, index) => (
        <div key={index} className={styles.row}>
          <span className={styles.number} aria-hidden="true">
            {index + 1}
          </span>
          <code className={styles.line}>
            <YamlText line={line} />
          </code>
        </div>
      ))}
    </pre>
  );
}
