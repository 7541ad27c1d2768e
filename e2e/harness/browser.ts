import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian's package puts it; PLUMBLINE_CHROMIUM names another. */
const executablePath = process.env['PLUMBLINE_CHROMIUM'] ?? '/usr/bin/chromium';

export const browserAvailable = (): boolean => existsSync(executablePath);

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function signIn(page: Page, address: string, password: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'welcome-cluster-apps' }).first().waitFor();
}

/** As much of the page's own types as the questions to it need: this project has no types of the browser here. */
interface PageOfAnimations {
  readonly document: {
    getAnimations(): readonly {
      readonly finished: Promise<unknown>;
      readonly effect?: { getComputedTiming(): { readonly endTime: number } };
    }[];
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe-core finds wrong with the page, a line per finding. It looks when colours have stopped changing: in the
 * middle of a transition, between light and dark, or of a message that appears, a contrast is that of no state.
 */
export async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  await page.evaluate(async () => {
    const { document } = globalThis as unknown as PageOfAnimations;
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
  return page.evaluate(async () => {
    interface Finding {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Finding[] }> };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(
      (finding) =>
        `${finding.id}: ${finding.help}: ${finding.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    );
  });
}

/** The password that the first start printed. */
export function printedPassword(output: string): string {
  const password = /admin \/ (\S+)/.exec(output)?.[1];
  if (password === undefined) throw new Error(`no password in: ${output}`);
  return password;
}
