import { GoError } from '@plumbline/languages';
import { matchPath } from './match-path.ts';

/** Which files of a chart's folder do not belong to the chart. */
export interface IgnoreRules {
  ignores(path: string, isFolder: boolean): boolean;
}

interface Rule {
  readonly negate: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/** Dotfiles in `templates/` never belong to a chart. */
const builtIn = 'templates/.?*';

/**
 * Reads a `.helmignore`. The first rule that matches decides; a rule with `!` is odd, as upstream has it: it ignores
 * everything that it does not match. Throws `GoError`.
 */
export function parseIgnoreRules(text: string): IgnoreRules {
  const lines = [...text.replace(/^\uFEFF/, '').split('\n'), builtIn];
  const rules = lines.map(parseRule).filter((rule) => rule !== undefined);
  return { ignores: (path, isFolder) => decide(rules, path, isFolder) };
}

function decide(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  if (path === '' || path === '.' || path === './') return false;
  for (const rule of rules) {
    if (rule.negate) {
      if (rule.foldersOnly && !isFolder) return true;
      if (!rule.matches(path)) return true;
      continue;
    }
    if (rule.foldersOnly && !isFolder) continue;
    if (rule.matches(path)) return true;
  }
  return false;
}

function parseRule(line: string): Rule | undefined {
  let rule = line.trim();
  if (rule === '' || rule.startsWith('#')) return undefined;
  if (rule.includes('**')) throw new GoError('double-star (**) syntax is not supported');
  if (matchPath(rule, 'abc') === undefined) throw new GoError('syntax error in pattern');
  const negate = rule.startsWith('!');
  if (negate) rule = rule.slice(1);
  const foldersOnly = rule.endsWith('/');
  if (foldersOnly) rule = rule.slice(0, -1);
  if (rule.startsWith('/')) {
    const anchored = rule.slice(1);
    return { negate, foldersOnly, matches: (path) => matchPath(anchored, path) === true };
  }
  const pattern = rule;
  if (pattern.includes('/')) {
    return { negate, foldersOnly, matches: (path) => matchPath(pattern, path) === true };
  }
  return { negate, foldersOnly, matches: (path) => matchPath(pattern, baseName(path)) === true };
}

function baseName(path: string): string {
  const bare = path.replace(/\/+$/, '');
  return bare.slice(bare.lastIndexOf('/') + 1);
}
