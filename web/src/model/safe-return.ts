/**
 * Where to go after the sign-in. Only addresses of our own pages are followed, so that a crafted link cannot send
 * somebody who has just signed in to another site.
 */
export function safeReturn(address: string | null): string {
  if (address === null || !/^\/(?![/\\])/.test(address) || address.startsWith('/login'))
    return '/applications';
  return address;
}
