import type { KubeObject } from '@plumbline/api';
import { maskSecrets } from '@plumbline/engine';

/** The JSON texts of several states of one object, as people may see them: no secret value, no field owners. */
export function maskedTexts(states: readonly (KubeObject | undefined)[]): readonly string[] {
  return maskSecrets(states.map(withoutOwners)).map((state) =>
    state === undefined ? '' : JSON.stringify(state),
  );
}

function withoutOwners(state: KubeObject | undefined): KubeObject | undefined {
  if (state?.metadata.managedFields === undefined) return state;
  const { managedFields: _owners, ...metadata } = state.metadata;
  return { ...state, metadata };
}
