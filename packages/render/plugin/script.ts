import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { Argv } from './config.ts';

/** Commands in their order; each is one program or several that feed each other. */
export type Script = readonly (readonly Argv[])[];

/**
 * The programs that a command stands for: itself, or what is in the text of `sh -c`. Only plain lists of commands are
 * understood (`;`, `&&`, `|`, quotes, variables); everything else that a shell can do is refused.
 */
export function readScript(argv: Argv, environment: Readonly<Record<string, string>>): Result<Script> {
  const [program = '', flag, text] = argv;
  const isShell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/.test(program);
  if (!isShell) return ok([[argv]]);
  if (flag === undefined || text === undefined || !/^-[a-z]*c$/.test(flag)) {
    return err(refuse('a shell without -c'));
  }
  const positional = Object.fromEntries(argv.slice(3).map((value, i) => [String(i), value]));
  return parse(text, { ...environment, ...positional });
}

function refuse(what: string) {
  return problem('plugin-script', `the built-in equivalent does not understand ${what}`);
}

function parse(text: string, environment: Readonly<Record<string, string>>): Result<Script> {
  const script: Argv[][] = [];
  let pipeline: Argv[] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) pipeline.push(words);
    words = [];
  };
  const endPipeline = (): void => {
    endCommand();
    if (pipeline.length > 0) script.push(pipeline);
    pipeline = [];
  };
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) return err(refuse('an open quote'));
      word = (word ?? '') + text.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = readQuoted(text, at + 1, environment);
      if (!quoted.ok) return quoted;
      word = (word ?? '') + quoted.value.text;
      at = quoted.value.end;
    } else if (char === '\\') {
      if (text.charAt(at + 1) !== '\n') word = (word ?? '') + text.charAt(at + 1);
      at += 2;
    } else if (char === '$') {
      const variable = readVariable(text, at, environment);
      if (variable === undefined) return err(refuse(`\`${text.slice(at, at + 12)}\``));
      // Without quotes a value is split into words.
      const parts = variable.text.split(/\s+/);
      for (const [i, part] of parts.entries()) {
        if (i > 0) endWord();
        if (part !== '') word = (word ?? '') + part;
      }
      at = variable.end;
    } else if (char === ' ' || char === '\t') {
      endWord();
      at++;
    } else if (char === '\n' || char === ';' || text.startsWith('&&', at)) {
      endPipeline();
      at += char === '&' ? 2 : 1;
    } else if (char === '|' && text.charAt(at + 1) !== '|') {
      endCommand();
      at++;
    } else if (char === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if ('|&<>(){}`*?[]!~'.includes(char)) {
      return err(refuse(`\`${char}\` in a script`));
    } else {
      word = (word ?? '') + char;
      at++;
    }
  }
  endPipeline();
  return ok(script);
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

function readQuoted(
  text: string,
  from: number,
  environment: Readonly<Record<string, string>>,
): Result<Piece> {
  let out = '';
  for (let at = from; at < text.length;) {
    const char = text.charAt(at);
    if (char === '"') return ok({ text: out, end: at + 1 });
    if (char === '`') return err(refuse('`` ` `` in a script'));
    if (char === '\\' && '"\\$`\n'.includes(text.charAt(at + 1))) {
      if (text.charAt(at + 1) !== '\n') out += text.charAt(at + 1);
      at += 2;
    } else if (char === '$') {
      const variable = readVariable(text, at, environment);
      if (variable === undefined) return err(refuse(`\`${text.slice(at, at + 12)}\``));
      out += variable.text;
      at = variable.end;
    } else {
      out += char;
      at++;
    }
  }
  return err(refuse('an open quote'));
}

/** `$NAME`, `${NAME}` or `${NAME:-other}`; undefined for all that a shell would work out. */
function readVariable(
  text: string,
  from: number,
  environment: Readonly<Record<string, string>>,
): Piece | undefined {
  const match = /^\$(?:([A-Za-z_]\w*|\d)|\{([A-Za-z_]\w*)(?::-([^}$`]*))?\})/.exec(text.slice(from));
  if (match === null)
    return /^\$(?=[\s"]|$)/.test(text.slice(from)) ? { text: '$', end: from + 1 } : undefined;
  const [all, bare, braced, fallback = ''] = match;
  const name = bare ?? braced ?? '';
  const value = Object.hasOwn(environment, name) ? (environment[name] ?? '') : '';
  return { text: value === '' ? fallback : value, end: from + all.length };
}
