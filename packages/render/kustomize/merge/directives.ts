import { isMapping, keyText } from './nodes.ts';
import { setItem } from './items.ts';

const directiveKey = '$patch';

/** What a patch says is to be done with its place, and the text that says so ('' where nothing does). */
export interface Directive {
  readonly type: 'merge' | 'replace' | 'delete' | 'unknown';
  readonly text: string;
}

const none: Directive = { type: 'merge', text: '' };

/** The directive of a mapping is one of its fields, that of a list is an item of its own. */
export function directiveOf(patch: unknown): Directive {
  const holder = Array.isArray(patch) ? (patch as unknown[]).find(hasDirective) : patch;
  if (!isMapping(holder) || !hasDirective(holder)) return none;
  // An item with other fields is an item whose own directive is looked at when its turn comes.
  if (Array.isArray(patch) && Object.keys(holder).length > 1) return none;
  const text = keyText(holder[directiveKey]);
  return text === 'delete' || text === 'replace' || text === 'merge'
    ? { type: text, text }
    : { type: 'unknown', text };
}

function hasDirective(node: unknown): boolean {
  return isMapping(node) && Object.hasOwn(node, directiveKey);
}

/** Takes a directive out of a patch. */
export function elideDirective(patch: unknown, directive: Directive): void {
  if (directive.text === '') return;
  if (Array.isArray(patch)) setItem(patch, [directiveKey], [directive.text], undefined);
  else if (isMapping(patch)) delete patch[directiveKey];
}
