import { err, messageOf, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { load, loadAll, YAMLException } from 'js-yaml';
import { measureExpansion } from './aliases.ts';
import { commonDepthMax, readCommon } from './common.ts';
import { withoutFinalBreak } from './final-break.ts';
import { indentBlockHeads } from './block-heads.ts';
import { indentFlowLines } from './flow-lines.ts';
import { decodeText } from './bytes.ts';
import { hintFor, upstreamCause } from './causes.ts';
import { goErrorText } from './go-error.ts';
import { parseJsonText } from './json-text.ts';
import type { YamlLimits } from './limits.ts';
import { yamlLimits } from './limits.ts';
import type { TextPosition } from '../kyaml/positions.ts';
import { placesOf } from './places.ts';
import { positionIn } from './position.ts';
import { NotJsonNumber } from './resolve.ts';
import { kubernetesSchema } from './schema.ts';
import { contentStart, splitDocuments } from './split.ts';
import type { Chunk } from './split.ts';

/** One document that is not empty. */
export interface YamlDocument {
  /** Plain JSON data. Nodes that an alias repeats are shared. */
  readonly value: unknown;
  /** The line of its first content, from 1. */
  readonly line: number;
  /** Its number among the documents that are not empty, from 0. */
  readonly index: number;
  /** Where the value at a JSON Pointer is written (or the nearest thing around it). Reads the text again. */
  position(pointer: string): { readonly line: number; readonly column: number };
  /** The same for all fields at once: the key for fields of mappings, the item itself in lists. */
  positions(): ReadonlyMap<string, TextPosition>;
}

/** What is wrong with a stream, with file, line and column. */
export interface YamlProblem extends Problem {
  /** The line counted from the document's start, as Go's tools print it. */
  readonly documentLine?: number;
  /** As Go's library words it: `yaml: line 3: did not find expected key`. */
  readonly goText?: string;
}

/** How a stream is read. */
export interface YamlOptions {
  /** The path that problems carry. */
  readonly file: string;
  readonly limits?: Partial<YamlLimits>;
  /**
   * `error` (default) refuses a key that appears twice; `last` lets the last one win, as Kubernetes' own decoders and
   * everything built on them do without a word.
   */
  readonly duplicateKeys?: 'error' | 'last';
}

/** What could be read, and what stopped the reading, if anything did. */
export interface YamlStream {
  readonly documents: readonly YamlDocument[];
  readonly problem?: YamlProblem;
  /** What was read but ought to be mended, such as a key that appears twice where that is let pass. */
  readonly warnings: readonly YamlProblem[];
}

/** Reads a stream of YAML (or JSON) documents as sigs.k8s.io/yaml does. Empty documents are left out. Never throws. */
export function readYaml(
  source: string | Uint8Array,
  options: YamlOptions,
): Result<YamlDocument[], YamlProblem> {
  const stream = readYamlStream(source, options);
  return stream.problem === undefined ? ok([...stream.documents]) : err(stream.problem);
}

/** Like `readYaml`, but keeps the documents that come before a broken one. */
export function readYamlStream(source: string | Uint8Array, options: YamlOptions): YamlStream {
  const steps = readYamlInSteps(source, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Like `readYamlStream`, one document at a time: each step gives the length of the text that it has read, so that who
 * reads a large file can let others go in between.
 */
export function* readYamlInSteps(
  source: string | Uint8Array,
  options: YamlOptions,
): Generator<number, YamlStream> {
  const limits = { ...yamlLimits, ...options.limits };
  const where = { file: options.file };
  if (source.length > limits.bytesMax) {
    const message = `the file has more than ${limits.bytesMax} bytes`;
    return broken({ code: 'yaml-too-large', message, where, hint: 'split it into several files' });
  }
  const decoded = typeof source === 'string' ? ok(source) : decodeText(source, options.file);
  if (!decoded.ok) return broken(decoded.error);
  const text = decoded.value.charCodeAt(0) === 0xfeff ? decoded.value.slice(1) : decoded.value;
  const documents: YamlDocument[] = [];
  const warnings: YamlProblem[] = [];
  for (const chunk of splitDocuments(text)) {
    const start = contentStart(chunk.text);
    if (start === chunk.text.length) continue;
    const parsed = parseChunk(chunk, start, limits, options, warnings);
    if (!parsed.ok) return { documents, warnings, problem: parsed.error };
    const line = chunk.line + linesUpTo(chunk.text, start);
    for (const value of parsed.value) {
      if (value === null || value === undefined) continue;
      const position = (pointer: string) =>
        positionIn(chunk.text, chunk.line, pointer) ?? { line, column: 1 };
      const positions = () => placesOf(chunk.text, chunk.line);
      documents.push({ value, line, index: documents.length, position, positions });
    }
    if (documents.length > limits.documentsMax) {
      const message = `the file has more than ${limits.documentsMax} documents`;
      return { documents: [], warnings, problem: { code: 'yaml-too-large', message, where } };
    }
    yield chunk.text.length;
  }
  return { documents, warnings };
}

function broken(problem: YamlProblem): YamlStream {
  return { documents: [], warnings: [], problem };
}

function parseChunk(
  chunk: Chunk,
  start: number,
  limits: YamlLimits,
  options: YamlOptions,
  warnings: YamlProblem[],
): Result<readonly unknown[], YamlProblem> {
  const text = chunk.text;
  if (text.charCodeAt(start) === 123) {
    const json = parseJsonText(text, limits.depthMax);
    if (json !== undefined) return ok([json.value]);
  }
  const common = limits.depthMax < commonDepthMax ? undefined : readCommon(text);
  if (common !== undefined) return ok([common.value]);
  try {
    const values = parseYaml(text, limits, false);
    return accept(values, chunk, limits, options);
  } catch (thrown) {
    const moved = indentBlockHeads(text) ?? indentFlowLines(text);
    if (moved !== undefined) return parseChunk({ ...chunk, text: moved }, start, limits, options, warnings);
    const refusal = refusalOf(thrown, chunk, options);
    if (refusal.code !== 'yaml-duplicate-key' || options.duplicateKeys !== 'last') return err(refusal);
    warnings.push(refusal);
  }
  try {
    return accept(parseYaml(text, limits, true), chunk, limits, options);
  } catch (thrown) {
    return err(refusalOf(thrown, chunk, options));
  }
}

function parseYaml(text: string, limits: YamlLimits, lastWins: boolean): unknown[] {
  const options = {
    schema: kubernetesSchema,
    json: lastWins,
    maxDepth: limits.depthMax,
    maxTotalMergeKeys: limits.mergedKeysMax,
  };
  if (text.includes('\n...')) return loadAll(text, null, options);
  return [load(withoutFinalBreak(text), options)];
}

/** Looks at what the parser lets pass but JSON cannot say: cycles, explosions by aliases, keys that are no text. */
function accept(
  values: readonly unknown[],
  chunk: Chunk,
  limits: YamlLimits,
  options: YamlOptions,
): Result<readonly unknown[], YamlProblem> {
  const refuse = (code: string, message: string, hint?: string): Result<never, YamlProblem> =>
    err({
      code,
      message,
      where: { file: options.file, line: chunk.line + linesUpTo(chunk.text, contentStart(chunk.text)) },
      ...(hint === undefined ? {} : { hint }),
    });
  const aliased = chunk.text.includes('*') && chunk.text.includes('&');
  const complexKeys =
    (chunk.text.includes('?') && /^[ \t]*(?:- +)*\?(?:\s|$)/m.test(chunk.text)) ||
    /[\]}]["']?[ \t]*:/.test(chunk.text);
  if (!aliased && !complexKeys) return ok(values);
  for (const value of values) {
    const measured = measureExpansion(value, limits.expandedNodesMax);
    if (measured === 'cycle') return refuse('yaml-cycle', 'an anchor contains itself');
    if (measured === 'too-many') {
      const message = 'document contains excessive aliasing';
      return refuse(
        'yaml-too-large',
        message,
        `aliases may expand to at most ${limits.expandedNodesMax} nodes`,
      );
    }
    if (measured === 'bad-key') return refuse('yaml-key', 'a mapping or a list cannot be a key');
  }
  return ok(values);
}

function refusalOf(thrown: unknown, chunk: Chunk, options: YamlOptions): YamlProblem {
  const file = options.file;
  if (thrown instanceof YAMLException && thrown.mark !== undefined && thrown.mark !== null) {
    const { line, column, position } = thrown.mark;
    const cause = upstreamCause(thrown.reason, chunk.text.charAt(position));
    const hint = hintFor(cause);
    // At the end of the text the parser stands one line below it.
    const fileLine = chunk.line + Math.min(line, linesUpTo(chunk.text.replace(/\n$/, ''), Infinity));
    return {
      code: thrown.reason.startsWith('duplicated') ? 'yaml-duplicate-key' : 'yaml-invalid',
      message: cause,
      where: { file, line: fileLine, column: column + 1 },
      documentLine: Math.max(1, fileLine - chunk.linesBefore),
      goText: goErrorText(chunk.text, { reason: thrown.reason, line: line + chunk.line - 1, position }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
  const line = chunk.line + linesUpTo(chunk.text, contentStart(chunk.text));
  const goText = thrown instanceof NotJsonNumber ? { goText: notJsonText(thrown.message) } : {};
  const message =
    thrown instanceof NotJsonNumber
      ? `${thrown.message} is no number that JSON can hold`
      : thrown instanceof RangeError
        ? 'the document nests too deeply'
        : messageOf(thrown);
  return { code: 'yaml-invalid', message, where: { file, line }, ...goText };
}

/** What encoding/json says of `.inf` and `.nan`. */
function notJsonText(word: string): string {
  const value = /nan/i.test(word) ? 'NaN' : word.startsWith('-') ? '-Inf' : '+Inf';
  return `json: unsupported value: ${value}`;
}

function linesUpTo(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
