import { isRecord } from '@plumbline/base';
import { readYamlStream, yamlErrorText } from '@plumbline/languages';
import type { HelmProfile } from '../chart/types.ts';
import { splitManifests } from '../manifests.ts';

/** A document of a stored manifest; the object is undefined where a document says nothing. */
export interface ManifestDocument {
  readonly text: string;
  readonly object: Readonly<Record<string, unknown>> | undefined;
  /** What is wrong with it, in the words of Go's library. */
  readonly error?: string;
}

/** The documents of a stored manifest or hook, in their order. */
export function manifestDocuments(manifest: string, profile: HelmProfile): readonly ManifestDocument[] {
  return splitManifests(manifest, profile).map((text) => {
    const stream = readYamlStream(text, { file: '', duplicateKeys: 'last' });
    if (stream.problem !== undefined) {
      return { text, object: undefined, error: yamlErrorText(stream.problem) };
    }
    const value = stream.documents[0]?.value;
    return { text, object: isRecord(value) ? value : undefined };
  });
}
