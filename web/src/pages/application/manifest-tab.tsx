import type { Application } from '@plumbline/api';
import { useMemo, useState } from 'react';
import { messages } from '../../messages.ts';
import { withoutManagedFields } from '../../model/manifest.ts';
import { toYaml } from '../../model/yaml.ts';
import { Check } from '../../ui/check.tsx';
import { YamlView } from '../../ui/code.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import styles from './manifest-tab.module.css';

/** The Application resource itself. */
export function ManifestTab({ application }: { readonly application: Application }) {
  const [withStatus, setWithStatus] = useState(false);
  const shown = useMemo(() => {
    const clean = withoutManagedFields(application);
    if (withStatus) return clean;
    const { status: _status, operation: _operation, ...desired } = clean;
    return desired;
  }, [application, withStatus]);
  return (
    <>
      <div className={styles.bar}>
        <Check checked={withStatus} onChange={setWithStatus} label={messages.manifest.withStatus} />
        <span className={styles.grow} />
        <CopyButton text={() => toYaml(shown)} />
      </div>
      <YamlView value={shown} label={messages.tabs.manifest} />
    </>
  );
}
