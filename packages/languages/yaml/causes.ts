/**
 * The parser below us words its errors in its own way; people know those of Go's library, and tools compare them.
 * Where a cause is unknown the parser's own words stay.
 */
const causes: readonly (readonly [RegExp, string])[] = [
  [/^tab characters must not be used/, 'found character that cannot start any token'],
  [/^duplicated mapping key/, 'mapping key already defined'],
  [/^unidentified alias "(.*)"/, "unknown anchor '$1' referenced"],
  [
    /^unexpected end of the (?:stream|document) within a (?:single|double) quoted scalar/,
    'found unexpected end of stream',
  ],
  [/^unexpected end of the stream within a flow collection/, "did not find expected ',' or '}'"],
  [/^missed comma between flow collection entries/, "did not find expected ',' or '}'"],
  [/^can not read an implicit mapping pair; a colon is missed/, "could not find expected ':'"],
  [/^can not read a block mapping entry; a multiline key/, "could not find expected ':'"],
  [/^expected the node content, but found/, 'did not find expected node content'],
  [/^bad indentation of a sequence entry/, "did not find expected '-' indicator"],
  [/^unknown escape sequence/, 'found unknown escape character'],
  [/^expected hexadecimal character/, 'did not find expected hexdecimal number'],
  [
    /^the stream contains non-printable characters|^null byte is not allowed/,
    'control characters are not allowed',
  ],
  [/^end of the stream or a document separator is expected/, 'did not find expected <document start>'],
  [/^undeclared tag handle/, 'found undefined tag handle'],
];

/** The cause in the words of Go's library. `at` is the character that the parser stopped at. */
export function upstreamCause(reason: string, at: string): string {
  if (reason.startsWith('bad indentation of a mapping entry')) {
    return at === ':' ? 'mapping values are not allowed in this context' : 'did not find expected key';
  }
  for (const [pattern, words] of causes) {
    const match = pattern.exec(reason);
    if (match !== null) return words.replace('$1', match[1] ?? '');
  }
  return reason;
}

/** What to do about it, for the errors that people meet most. */
export function hintFor(cause: string): string | undefined {
  if (cause.startsWith('mapping values')) return 'put quotes around a value that contains ": "';
  if (cause.startsWith('found character that cannot'))
    return 'indent with spaces, and quote values that start with @, ` or %';
  if (cause.includes('already')) return 'keep one of the two';
  if (cause.startsWith('did not find expected key'))
    return 'check the indentation of this line and the one above it';
  if (cause.startsWith('unknown anchor')) return 'quote a value that starts with *';
  return undefined;
}
