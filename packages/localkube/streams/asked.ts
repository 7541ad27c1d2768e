export const protocolHeader = 'sec-websocket-protocol';

/** `websocket` or `spdy/3.1` when a request wants to be more than a request. */
export function upgradeOf(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!/\bupgrade\b/i.test(headers['connection'] ?? '')) return undefined;
  const wanted = (headers['upgrade'] ?? '').toLowerCase();
  return wanted === 'websocket' || wanted === 'spdy/3.1' ? wanted : undefined;
}

/** Browsers can send no header with a WebSocket, so Kubernetes takes a token among the protocols, too. */
export const tokenProtocol = 'base64url.bearer.authorization.k8s.io.';

/** The headers with a token that came among the protocols where others have it. */
export function withProtocolToken(
  headers: Record<string, string | undefined>,
): Record<string, string | undefined> {
  if (headers['authorization'] !== undefined) return headers;
  const found = listOf(headers[protocolHeader]).find((one) => one.startsWith(tokenProtocol));
  if (found === undefined) return headers;
  const token = Buffer.from(found.slice(tokenProtocol.length), 'base64url').toString();
  return { ...headers, authorization: `Bearer ${token}` };
}

/** The items of a header that is a list. */
export function listOf(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
