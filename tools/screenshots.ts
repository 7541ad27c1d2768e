// npm run screenshots: the pictures of the README, from the running demo.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, printedPassword, signIn } from '../e2e/harness/browser.ts';
import { kubeAt } from '../e2e/harness/kube.ts';
import { removeFolder, root, startPlumb, temporaryFolder } from '../e2e/harness/plumb.ts';

const pictures = join(process.env['PICTURES'] ?? join(root, 'docs/images'));
mkdirSync(pictures, { recursive: true });
const folder = temporaryFolder();
const plumb = await startPlumb(join(folder, 'data'), ['--demo']);
const browser = await launchBrowser();

async function shoot(page: Page, name: string): Promise<void> {
  // Streams stay open, so the network is never idle; what is asked for is on the page when this is called.
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}

try {
  const password = printedPassword(plumb.output());
  const kube = kubeAt(plumb.endpoints.kubernetes);
  for (const [scheme, width, height] of [
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['narrow', 390, 844],
  ] as const) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme === 'dark' ? 'dark' : 'light',
      deviceScaleFactor: 1,
    });
    const page = await context.newPage();
    await page.goto(plumb.endpoints.ui);
    await page.getByLabel('Password').waitFor();
    if (scheme === 'light') await shoot(page, 'sign-in');
    await signIn(page, plumb.endpoints.ui, password);
    await shoot(page, `applications-${scheme}`);
    await page.getByRole('link', { name: 'welcome-cluster-apps' }).first().click();
    await page
      .getByText(/^welcome-\w+-\w+$/)
      .first()
      .waitFor();
    await shoot(page, `tree-${scheme}`);
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('Welcome aboard').first().waitFor();
    await shoot(page, `history-${scheme}`);
    if (scheme !== 'narrow') {
      // Drift stays visible while nobody heals it.
      const path = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/welcome-cluster-apps';
      const heal = (selfHeal: boolean): Promise<unknown> =>
        kube.send(
          'PATCH',
          path,
          { spec: { syncPolicy: { automated: { selfHeal } } } },
          'application/merge-patch+json',
        );
      await heal(false);
      await kube.send(
        'PATCH',
        '/apis/apps/v1/namespaces/default/deployments/welcome',
        { spec: { replicas: 4 } },
        'application/merge-patch+json',
      );
      await page.getByText('OutOfSync').first().waitFor();
      await page.getByRole('tab', { name: 'Diff' }).click();
      await page.getByText('replicas').first().waitFor();
      await shoot(page, `diff-${scheme}`);
      await heal(true);
      await kube.until(
        '/apis/apps/v1/namespaces/default/deployments?fieldSelector=metadata.name%3Dwelcome',
        (object) => object['spec'].replicas === 2,
      );
    }
    await context.close();
  }
} finally {
  await browser.close();
  await plumb.stop();
  removeFolder(folder);
}
