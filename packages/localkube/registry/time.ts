let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with second precision. Thousands of writes fall into one second, so the last text is kept. */
export function timeText(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}
