import { messages } from '../../messages.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { Plumb } from '../../ui/plumb.tsx';
import styles from './first-application.module.css';

/** What to do when there is nothing yet: the two ways to a first application, ready to be pasted. */
export function FirstApplication() {
  const { title, lead, ways } = messages.firstApplication;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div className={styles.sign}>
          <Plumb state="true" size={40} />
        </div>
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.lead}>{lead}</p>
      </div>
      {ways.map((way) => (
        <section key={way.title} className={styles.way}>
          <h2>{way.title}</h2>
          <p>{way.what}</p>
          <div className={styles.code}>
            <pre tabIndex={0} aria-label={way.title}>
              <code>{way.code}</code>
            </pre>
            <div className={styles.copy}>
              <CopyButton text={() => way.code} />
            </div>
          </div>
        </section>
      ))}
    </div>
  );
}
