import type { Result } from '@plumbline/base';
import type { StoredRelease } from '@plumbline/render';
import { HelmError, returned } from './errors.ts';
import type { ReleaseProblem } from './errors.ts';
import { install } from './install.ts';
import type { Context, HelmPorts, HelmScope } from './ports.ts';
import { checkReachable, wrongName } from './release-state.ts';
import type {
  InstallRequest,
  RollbackRequest,
  TestedRelease,
  TestRequest,
  UninstallRequest,
  Uninstalled,
  UpgradeRequest,
} from './requests.ts';
import { rollback } from './rollback.ts';
import { readResources } from './resources.ts';
import type { ReleaseResources } from './resources.ts';
import { openStorage } from './storage.ts';
import { testRelease } from './test-release.ts';
import { uninstall } from './uninstall.ts';
import { upgrade } from './upgrade.ts';

type Outcome<T> = Promise<Result<T, ReleaseProblem>>;

/** The actions on the releases of one namespace, as Helm has them. None rejects. */
export interface HelmActions {
  install(request: InstallRequest): Outcome<StoredRelease>;
  upgrade(request: UpgradeRequest): Outcome<StoredRelease>;
  rollback(request: RollbackRequest): Outcome<StoredRelease>;
  uninstall(request: UninstallRequest): Outcome<Uninstalled>;
  /** Runs the tests of the newest revision. */
  test(request: TestRequest): Outcome<TestedRelease>;
  /** One revision, the newest where none is named. */
  get(name: string, version?: number): Outcome<StoredRelease>;
  /** The objects of a release as they are now. */
  resources(stored: StoredRelease, as: 'objects' | 'tables'): Outcome<ReleaseResources>;
  /** All revisions, from the oldest to the newest. */
  history(name: string): Outcome<readonly StoredRelease[]>;
  /** Every revision of every release, of the namespace or everywhere. */
  list(everywhere?: boolean): Outcome<readonly StoredRelease[]>;
}

/** Opens the actions. Nothing is sent before something is asked. */
export function createHelmActions(ports: HelmPorts, scope: HelmScope): HelmActions {
  const context: Context = {
    ...ports,
    ...scope,
    storageNamespace: scope.storageNamespace ?? scope.namespace,
    fieldManager: scope.fieldManager ?? 'helm',
  };
  const storage = openStorage(context);
  return {
    install: (request) => returned(() => install(context, storage, request)),
    upgrade: (request) => returned(() => upgrade(context, storage, request)),
    rollback: (request) => returned(() => rollback(context, storage, request)),
    uninstall: (request) => returned(() => uninstall(context, storage, request)),
    test: (request) => returned(() => testRelease(context, storage, request)),
    get: (name, version = 0) =>
      returned(async () => {
        await checkReachable(context);
        if (wrongName(name) !== undefined)
          throw new HelmError('bad-request', `releaseContent: Release name is invalid: ${name}`);
        return version <= 0 ? storage.last(name) : storage.get(name, version);
      }),
    resources: (stored, as) => returned(() => readResources(context, stored.release, as)),
    history: (name) =>
      returned(async () => {
        await checkReachable(context);
        if (wrongName(name) !== undefined)
          throw new HelmError('bad-request', `release name is invalid: ${name}`);
        return storage.history(name);
      }),
    list: (everywhere = false) =>
      returned(async () => {
        await checkReachable(context);
        return storage.list(everywhere);
      }),
  };
}
