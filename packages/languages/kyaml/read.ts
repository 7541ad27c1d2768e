import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { load, loadAll, YAMLException } from 'js-yaml';
import { measureExpansion } from '../yaml/aliases.ts';
import { upstreamCause } from '../yaml/causes.ts';
import { goErrorText } from '../yaml/go-error.ts';
import { yamlLimits } from '../yaml/limits.ts';
import { withoutFinalBreak } from './block-end.ts';
import { withGoFolds } from './folded.ts';
import { positionsOf } from './positions.ts';
import type { TextPosition } from './positions.ts';
import { NoJsonNumber } from './resolve.ts';
import { kyamlSchema, styleSchema, textSchema, writtenNull } from './schema.ts';
import { scalarStyles } from './styles.ts';
import type { ScalarStyles } from './styles.ts';

/** One document of a file. */
export interface KyamlDocument {
  /**
   * Plain JSON data that nobody shares: aliases are copied. Whole numbers beyond 2^53 are `bigint`. Values of
   * `metadata.annotations` that are no text are given as the text that stands in the file, which is what kustomize makes of them.
   */
  readonly value: unknown;
  /** Whether a field that is null was written as nothing (`key:`) and not as `key: null`: kyaml tells them apart when it merges. */
  isSilentNull(mapping: object, key: string): boolean;
  /** How scalars were written, by the mapping that holds them; what was moved into another mapping is not known. */
  readonly styles: ScalarStyles;
  /** The line of its first content, from 1. */
  readonly line: number;
  /** Where each field is written, by JSON Pointer. Reads the text again, which is slow. */
  positions(): ReadonlyMap<string, TextPosition>;
}

/** What is wrong with a file; `message` is in the words of kyaml. */
export interface KyamlProblem extends Problem {
  /** The text is no YAML (and not just something that kyaml refuses). */
  readonly malformed: boolean;
}

/**
 * Reads the documents of a file as kyaml's byte reader does. Empty documents are left out. Never throws. In a patch
 * (`nulls: 'kept'`) annotations that are null stay null: they delete.
 */
export function readKyaml(
  source: string,
  file: string,
  options: { readonly nulls?: 'kept' } = {},
): Result<KyamlDocument[], KyamlProblem> {
  if (source.length > yamlLimits.bytesMax)
    return refuse(file, `the file has more than ${yamlLimits.bytesMax} characters`, 1);
  const text = (source.charCodeAt(0) === 0xfeff ? source.slice(1) : source).replaceAll('\r\n', '\n');
  const documents: KyamlDocument[] = [];
  let line = 1;
  for (const chunk of chunksOf(text)) {
    if (typeof chunk === 'string') return refuse(file, `invalid document separator: ${chunk}`, line);
    const read = readDocument(chunk.text, file, chunk.line, options.nulls === 'kept');
    if (!read.ok) return read;
    if (read.value.value !== null && read.value.value !== undefined) documents.push(read.value);
    line = chunk.line;
    if (documents.length > yamlLimits.documentsMax)
      return refuse(file, `the file has more than ${yamlLimits.documentsMax} documents`, line);
  }
  return ok(documents);
}

interface Chunk {
  readonly text: string;
  readonly line: number;
}

/** Cuts at lines that start with `---`; a text instead of a chunk is a separator with something else behind it. */
function* chunksOf(text: string): Generator<Chunk | string> {
  let from = 0;
  let line = 1;
  for (let at = text.indexOf('\n---'); at >= 0; at = text.indexOf('\n---', at)) {
    const end = text.indexOf('\n', at + 1);
    // A separator without a line end is left to the parser, which stops there.
    if (end < 0) break;
    const rest = text.slice(at + 4, end).trim();
    if (rest !== '' && !rest.startsWith('#')) {
      yield text.slice(at, end).trim();
      return;
    }
    const part = text.slice(from, at + 1);
    yield { text: part, line };
    line += countLines(part) + 1;
    from = end + 1;
    at = end;
  }
  if (from < text.length) yield { text: text.slice(from), line };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function readDocument(
  text: string,
  file: string,
  line: number,
  keepNulls: boolean,
): Result<KyamlDocument, KyamlProblem> {
  const start = line + countLines(/^(?:[ \t]*(?:#[^\n]*|---[ \t]*(?:#[^\n]*)?)?\n)*/.exec(text)?.[0] ?? '');
  try {
    let value = parse(text, kyamlSchema);
    if (text.includes('*') && text.includes('&')) {
      const measured = measureExpansion(value, yamlLimits.expandedNodesMax);
      if (measured === 'too-many') return refuse(file, 'document contains excessive aliasing', start);
      if (measured === 'cycle') return refuse(file, 'an anchor contains itself', start);
      value = unshare(value);
    }
    const silent = new WeakMap<object, Set<string>>();
    const containers: object[] = [];
    value = settleNulls(value, silent, containers);
    if (hasOddAnnotations(value)) annotationsAsText(value, text, keepNulls);
    const isSilentNull = (mapping: object, key: string): boolean => silent.get(mapping)?.has(key) === true;
    const styles = scalarStyles(containers, text, () => parse(text, styleSchema));
    return ok({ value, isSilentNull, styles, line: start, positions: () => positionsOf(text, line) });
  } catch (thrown) {
    return err(problemOf(thrown, text, file, line, start));
  }
}

function parse(written: string, schema: typeof kyamlSchema): unknown {
  const text = withGoFolds(withoutFinalBreak(written));
  const options = { schema, maxDepth: yamlLimits.depthMax, maxTotalMergeKeys: yamlLimits.mergedKeysMax };
  // More than one document is left here only where a last separator has no line behind it; the rest is not read.
  return /^(?:---|\.\.\.)/m.test(text) ? (loadAll(text, null, options) as unknown[])[0] : load(text, options);
}

/** A copy in which nothing is shared. */
function unshare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unshare);
  if (!isRecord(value) || value === writtenNull) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = unshare(value[key]);
  return copy;
}

/** Puts nulls in the places of the marks for them, and notes those that had none, and every mapping and list. */
function settleNulls(value: unknown, silent: WeakMap<object, Set<string>>, containers: object[]): unknown {
  if (value === writtenNull) return null;
  if (Array.isArray(value)) {
    containers.push(value);
    value.forEach((item: unknown, i) => {
      if (typeof item === 'object') value[i] = settleNulls(item, silent, containers);
    });
    return value;
  }
  if (!isRecord(value)) return value;
  containers.push(value);
  const mapping = value as Record<string, unknown>;
  for (const key of Object.keys(mapping)) {
    const child = mapping[key];
    if (typeof child !== 'object') continue;
    if (child !== null) mapping[key] = settleNulls(child, silent, containers);
    else silent.set(mapping, (silent.get(mapping) ?? new Set()).add(key));
  }
  return value;
}

function annotationsOf(value: unknown): Record<string, unknown> | undefined {
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  return isRecord(annotations) ? annotations : undefined;
}

function hasOddAnnotations(value: unknown): boolean {
  const annotations = annotationsOf(value);
  return annotations !== undefined && Object.values(annotations).some((one) => !isText(one));
}

/** Text that was certainly written like this: dates are not. */
function isText(value: unknown): boolean {
  return typeof value === 'string'
    ? !/^\d{4}-\d\d-\d\dT/.test(value)
    : typeof value === 'object' && value !== null;
}

function annotationsAsText(value: unknown, text: string, keepNulls: boolean): void {
  const annotations = annotationsOf(value) ?? {};
  const written = annotationsOf(parse(text, textSchema)) ?? {};
  for (const key of Object.keys(annotations)) {
    if (keepNulls && annotations[key] === null) continue;
    const one = written[key] ?? '';
    if (typeof one === 'string') annotations[key] = one;
  }
}

function problemOf(thrown: unknown, text: string, file: string, line: number, start: number): KyamlProblem {
  if (thrown instanceof YAMLException && thrown.mark !== undefined && thrown.mark !== null) {
    const cause = upstreamCause(thrown.reason, text.charAt(thrown.mark.position));
    const found = Math.min(thrown.mark.line, countLines(text.replace(/\n$/, '')));
    const where = { file, line: line + found, column: thrown.mark.column + 1 };
    const twice = thrown.reason.startsWith('duplicated');
    const message = twice
      ? `yaml: unmarshal errors:\n  line ${found + 1}: ${cause}`
      : `MalformedYAMLError: ${goErrorText(text, { reason: thrown.reason, line: thrown.mark.line, position: thrown.mark.position })}`;
    return { ...problem('yaml-invalid', message, { where }), malformed: !twice };
  }
  const where = { file, line: start };
  if (thrown instanceof NoJsonNumber)
    return {
      ...problem('yaml-invalid', `json: unsupported value: ${thrown.message}`, { where }),
      malformed: false,
    };
  const message = thrown instanceof RangeError ? 'the document nests too deeply' : String(thrown);
  return { ...problem('yaml-invalid', `MalformedYAMLError: yaml: ${message}`, { where }), malformed: true };
}

function refuse(file: string, message: string, line: number): Result<never, KyamlProblem> {
  return err({ ...problem('yaml-invalid', message, { where: { file, line } }), malformed: false });
}
