/** How many ports above the wished one are tried when it is busy. */
const attemptsMax = 50;

/**
 * Listens on the wished port or, when it is busy, on the next free one. Port 0 lets the system choose.
 * `said` is told when it is not the wished one.
 */
export async function listenNear<T>(
  wished: number,
  listen: (port: number) => Promise<T>,
  said: (port: number) => void,
): Promise<T> {
  for (let port = wished; ; port++) {
    try {
      const listener = await listen(port);
      if (port !== wished) said(port);
      return listener;
    } catch (thrown) {
      const busy = (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!busy || wished === 0 || port - wished >= attemptsMax || port >= 65_535) throw thrown;
    }
  }
}
