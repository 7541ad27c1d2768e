/**
 * Reads server-sent events from chunks of text that may be cut anywhere. Each event's `data` lines are joined and
 * handed over; comments (which servers send to keep connections open) and other fields are skipped.
 */
export function createEventStreamParser(onData: (data: string) => void): (chunk: string) => void {
  let rest = '';
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) onData(data.join('\n'));
      data = [];
      return;
    }
    if (!text.startsWith('data:')) return;
    data.push(text.startsWith('data: ') ? text.slice(6) : text.slice(5));
  };
  return (chunk) => {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) line(text.endsWith('\r') ? text.slice(0, -1) : text);
  };
}
