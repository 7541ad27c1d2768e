// What the scripts are doing, while they do it: one live line on a terminal, plain lines elsewhere.

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Runs `work` under a title. On a terminal the line lives and ends with the time it took; otherwise one line says
 * what begins. `work` gets a function that replaces the detail behind the title.
 */
export async function step(title, work) {
  const started = Date.now();
  const live = process.stderr.isTTY === true;
  let detail = '';
  let frame = 0;
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const draw = () => {
    const line = `${frames[frame++ % frames.length]} ${title}${detail === '' ? '' : `: ${detail}`} (${seconds()})`;
    process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  };
  if (!live) process.stderr.write(`${title} ...\n`);
  const timer = live ? setInterval(draw, 100) : undefined;
  try {
    const result = await work((text) => {
      detail = text;
    });
    if (live) process.stderr.write(`\r\u001b[K✓ ${title} (${seconds()})\n`);
    return result;
  } catch (thrown) {
    if (live) process.stderr.write(`\r\u001b[K✗ ${title} (${seconds()})\n`);
    throw thrown;
  } finally {
    clearInterval(timer);
  }
}
