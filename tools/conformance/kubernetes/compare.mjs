// Where two lists of normalised answers differ, and which class of difference that is.

/** Each difference with its step, path and the two values. */
export function differences(theirs, own) {
  const found = [];
  for (let step = 0; step < Math.max(theirs.length, own.length); step++)
    walk(theirs[step], own[step], '', (path, a, b) =>
      found.push({ step, path, theirs: a, own: b, text: textOf(path, a, b) }),
    );
  return found;
}

function textOf(path, a, b) {
  const show = (value) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300));
  return `${path}: ${show(a)} instead of ${show(b)}`;
}

function walk(a, b, path, add) {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  const both = a !== null && b !== null && typeof a === 'object' && typeof b === 'object';
  if (!both || Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && a.length !== b.length)) {
    add(path, a, b);
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    walk(a[key], b[key], `${path}/${key}`, add);
}

/** A name for what is wrong: the first difference without names and numbers. */
export function familyOf({ found, sequence }) {
  const status = found.find((difference) => difference.path === '/status');
  const message = found.find((difference) => difference.path.endsWith('/message'));
  const main = status ?? message ?? found[0];
  const general = (text) =>
    String(text)
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
      .replaceAll(/\[\d+\]/g, '[N]')
      .replaceAll(/\b\d+\b/g, 'N')
      .slice(0, 230);
  if (message !== undefined) {
    const reduced = onlyDifferent(String(message.theirs), String(message.own));
    return `${sequence.kind}: ${status === undefined ? '' : `${status.theirs}/${status.own} `}${general(reduced[0])} | ${general(reduced[1])}`;
  }
  return `${sequence.kind}: ${general(main.path.replaceAll(/\/\d+/g, '/N'))} ${general(JSON.stringify(main.theirs))} | ${general(JSON.stringify(main.own))}`;
}

/** The mistakes of two messages that only one of them has. */
function onlyDifferent(theirs, own) {
  const parts = (text) => {
    const match = /^.*? is invalid: (.*)$/s.exec(text);
    return match === null
      ? [text]
      : match[1].replace(/^\[(.*)\]$/s, '$1').split(/, (?=[\w<][\w.[\]<>()"/-]*: [A-Z])/);
  };
  const [a, b] = [parts(theirs), parts(own)];
  const [left, right] = [a.filter((part) => !b.includes(part)), b.filter((part) => !a.includes(part))];
  return left.length + right.length === 0 ? [theirs, own] : [left.join(', '), right.join(', ')];
}
