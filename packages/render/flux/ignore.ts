import { compileName } from './name-pattern.ts';
import type { NameTest } from './name-pattern.ts';

/** A line of an ignore file. */
interface Pattern {
  /** The folder of the file that the line stands in. */
  readonly folder: readonly string[];
  readonly parts: readonly string[];
  readonly tests: readonly NameTest[];
  readonly include: boolean;
  readonly folderOnly: boolean;
}

/** What Flux leaves out of every source; all else counts more. */
const always =
  '.git/,.gitignore,.gitmodules,.gitattributes,' +
  '*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip,' +
  '.github/,.circleci/,.travis.yml,.gitlab-ci.yml,appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,codeship-steps.yml,' +
  '**/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml';

/** The lines of an ignore file (`.sourceignore` or `spec.ignore`), by the folder that they hold for. */
export interface IgnoreLines {
  readonly folder: readonly string[];
  readonly text: string;
}

/** Whether a path (its parts, from where the ignore files were looked for) is left out. */
export type IgnoreMatcher = (path: readonly string[], isFolder: boolean) => boolean;

/** Reads ignore files; later ones count more. With `defaults` what Flux never takes is left out, too. */
export function compileIgnore(files: readonly IgnoreLines[], defaults = true): IgnoreMatcher {
  const patterns = [
    ...(defaults ? always.split(',').map((line) => parsePattern(line, [])) : []),
    ...files.flatMap(({ folder, text }) =>
      text
        .split(/\r?\n/)
        .filter((line) => !line.startsWith('#') && line.trim() !== '')
        .map((line) => parsePattern(line, folder)),
    ),
  ].toReversed();
  return (path, isFolder) => {
    const decisive = patterns.find((pattern) => matches(pattern, path, isFolder));
    return decisive !== undefined && !decisive.include;
  };
}

function parsePattern(line: string, folder: readonly string[]): Pattern {
  const include = line.startsWith('!');
  const rest = include ? line.slice(1) : line;
  const text = rest.endsWith('\\ ') ? rest : rest.replace(/ +$/, '');
  const folderOnly = text.endsWith('/');
  const parts = (folderOnly ? text.slice(0, -1) : text).split('/');
  return { folder, include, folderOnly, parts, tests: parts.map(compileName) };
}

function matches(pattern: Pattern, path: readonly string[], isFolder: boolean): boolean {
  const { folder } = pattern;
  if (path.length <= folder.length || folder.some((part, i) => path[i] !== part)) return false;
  const below = path.slice(folder.length);
  return pattern.parts.length > 1
    ? matchesPath(pattern, below, isFolder)
    : matchesName(pattern, below, isFolder);
}

/** A pattern without a slash fits the name of anything on the way. */
function matchesName(pattern: Pattern, path: readonly string[], isFolder: boolean): boolean {
  const at = path.findIndex((name) => pattern.tests[0]?.(name) === true);
  if (at < 0) return false;
  return !(pattern.folderOnly && !isFolder && at === path.length - 1);
}

/** Follows go-git's matcher, in which `**` skips folders only up to the first one that fits. */
function matchesPath(pattern: Pattern, path: readonly string[], isFolder: boolean): boolean {
  let left = [...path];
  let matched = false;
  let skipping = false;
  for (const [i, part] of pattern.parts.entries()) {
    if (part === '') {
      skipping = false;
      continue;
    }
    if (part === '**') {
      if (i === pattern.parts.length - 1) break;
      skipping = true;
      continue;
    }
    if (part.includes('**') || left.length === 0) return false;
    const fits = pattern.tests[i] ?? (() => false);
    if (!skipping) {
      if (fits(left[0] ?? '') !== true) return false;
      matched = true;
      left = left.slice(1);
      continue;
    }
    skipping = false;
    if (fits('') === undefined) return false;
    const found = left.findIndex((name) => fits(name) === true);
    matched = found >= 0;
    left = found < 0 ? [] : left.slice(found + 1);
  }
  return matched && !(pattern.folderOnly && !isFolder && left.length === 0);
}
