import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { isCollection, isNode, isScalar, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';

/** A value and where it goes: names of fields and indexes of items. */
export interface YamlWrite {
  readonly path: readonly (string | number)[];
  /** A text that is written over a scalar keeps that scalar's style; anything else is written as data. */
  readonly value: unknown;
  /** The tag that the scalar is to have although its text says otherwise: `!!int`. */
  readonly tag?: string;
}

/**
 * Writes values into a YAML text and prints it as kyaml prints what it has read (go-yaml v3): comments, order, quotes and
 * flow style stay, indents become two blanks, lists are not indented below their key, blank lines go.
 */
export function rewriteYaml(text: string, writes: readonly YamlWrite[]): Result<string> {
  const document = parseDocument(text, { version: '1.2', keepSourceTokens: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) return err(problem('yaml-invalid', error.message));
  try {
    for (const one of writes) write(document, one);
    visit(document, (_, node) => {
      if (isNode(node)) node.spaceBefore = false;
    });
    return ok(
      document.toString({
        indentSeq: false,
        flowCollectionPadding: false,
        lineWidth: 0,
        minContentWidth: 0,
        nullStr: 'null',
      }),
    );
  } catch (thrown) {
    return err(problem('yaml-write', messageOf(thrown)));
  }
}

function write(document: Document.Parsed, { path, value, tag }: YamlWrite): void {
  const found = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isScalar(found) && (typeof value !== 'object' || value === null)) {
    found.value = value;
    // What was written otherwise in the source (0x10, 1e3) must not come back.
    delete found.source;
    delete found.format;
    if (tag !== undefined) found.tag = tag;
    return;
  }
  if (path.length === 0) document.contents = document.createNode(value) as typeof document.contents;
  else document.setIn(path, isCollection(value) ? value : document.createNode(value));
}
