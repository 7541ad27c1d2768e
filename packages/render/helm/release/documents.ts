import { isRecord } from '@plumbline/base';
import { readYamlStream, yamlErrorText } from '@plumbline/languages';

/** A document of a stored manifest; the object is undefined where a document says nothing. */
export interface ManifestDocument {
  readonly text: string;
  readonly object: Readonly<Record<string, unknown>> | undefined;
  /** What is wrong with it, in the words of Go's library. */
  readonly error?: string;
}

/** The documents of a stored manifest or hook, in their order. */
export function manifestDocuments(manifest: string): readonly ManifestDocument[] {
  return documentTexts(manifest).map((text) => {
    const stream = readYamlStream(text, { file: '', duplicateKeys: 'last' });
    if (stream.problem !== undefined) {
      return { text, object: undefined, error: yamlErrorText(stream.problem) };
    }
    const value = stream.documents[0]?.value;
    return { text, object: isRecord(value) ? value : undefined };
  });
}

/**
 * Cuts as Kubernetes' clients read a stream: at lines of three dashes with nothing but a comment behind them. The line
 * break before them belongs to the document, and with it the last one of a block of text.
 */
function documentTexts(manifest: string): readonly string[] {
  const texts: string[] = [];
  let from = 0;
  for (const { index } of manifest.matchAll(/^---[ \t\r]*(?:#.*)?$/gm)) {
    if (index > from) texts.push(manifest.slice(from, index));
    from = index;
  }
  texts.push(manifest.slice(from));
  return texts;
}
