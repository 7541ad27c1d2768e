import { linesOf, placeOf, spanText } from './source.ts';
import type { Span } from './source.ts';

/** A line of a stack trace: where, and in what. A text instead of a span is a stage such as `During evaluation`. */
export interface Trace {
  readonly span: Span | string;
  readonly context: string;
}

/** A text that is no Jsonnet, or a program that failed. */
export class JsonnetError extends Error {
  readonly kind: 'static' | 'runtime' | 'limit';
  /** Of a static error. */
  readonly span: Span | undefined;
  /** Innermost last. */
  readonly frames: readonly Trace[];

  constructor(
    kind: 'static' | 'runtime' | 'limit',
    message: string,
    span: Span | undefined,
    frames: readonly Trace[] = [],
  ) {
    super(message);
    this.name = 'JsonnetError';
    this.kind = kind;
    this.span = span;
    this.frames = frames;
  }
}

/** An error that is found without running anything. */
export function staticError(message: string, span: Span): JsonnetError {
  return new JsonnetError('static', message, span);
}

/** The first line of an error as go-jsonnet words it. */
export function headOf(error: JsonnetError): string {
  if (error.kind === 'static')
    return `${error.span === undefined ? '' : spanText(error.span)} ${error.message}`;
  return `RUNTIME ERROR: ${error.message}`;
}

/** Lines of a trace beyond this many are left out of its middle, as upstream's tools do. */
const framesMax = 20;

/** An error with its stack trace in go-jsonnet's layout. `pretty` shows the lines of code as well. */
export function formatError(
  error: JsonnetError,
  options: { readonly pretty?: boolean; readonly framesMax?: number } = {},
): string {
  if (error.kind === 'static') return `${headOf(error)}\n${codeOf(error.span)}`;
  const limit = options.framesMax ?? framesMax;
  const above = Math.floor(limit / 2);
  const frames = [...error.frames].reverse();
  let text = `${headOf(error)}\n`;
  for (let i = 0; i < frames.length; i++) {
    if (options.pretty === true) text += '-------------------------------------------------\n';
    if (limit > 0 && i >= above && i < frames.length - (limit - above)) {
      text += options.pretty === true ? `\t... (skipped ${frames.length - limit} frames)\n` : '\t...\n';
      i = frames.length - (limit - above) - 1;
      continue;
    }
    const frame = frames[i];
    if (frame !== undefined) text += formatFrame(frame, options.pretty === true);
  }
  return text;
}

function formatFrame({ span, context }: Trace, pretty: boolean): string {
  const place = typeof span === 'string' ? span : spanText(span);
  const line = `\t${place}\t${context}\n`;
  return pretty ? line + codeOf(typeof span === 'string' ? undefined : span) : line;
}

function codeOf(span: Span | undefined): string {
  return span === undefined ? '\n' : `\n${linesOf(span)}\n\n`;
}

/** The place of an error, for those who show it: the innermost that is in a file. */
export function placeOfError(
  error: JsonnetError,
): { readonly file: string; readonly line: number; readonly column: number } | undefined {
  const frames = [...error.frames].reverse();
  const span =
    error.span ?? frames.map((frame) => frame.span).find((found): found is Span => typeof found !== 'string');
  return span === undefined ? undefined : { file: span.source.name, ...placeOf(span.source, span.begin) };
}
