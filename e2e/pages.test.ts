import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityFindings,
  browserAvailable,
  launchBrowser,
  printedPassword,
  signIn,
} from './harness/browser.ts';
import { kubeAt, type Kube } from './harness/kube.ts';
import { removeFolder, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

describe.skipIf(!browserAvailable())('the pages', () => {
  const folder = temporaryFolder();
  let plumb: Plumb;
  let kube: Kube;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    plumb = await startPlumb(join(folder, 'data'), ['--demo']);
    kube = kubeAt(plumb.endpoints.kubernetes);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('401'))
        errors.push(`${message.text()} ${message.location().url}`);
    });
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await browser?.close();
    await plumb?.stop();
    removeFolder(folder);
  });

  it('refuse a wrong password and let in with the printed one', async () => {
    await page.goto(plumb.endpoints.ui);
    await page.getByLabel('Password').fill('wrong-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Wrong username or password').waitFor();
    await signIn(page, plumb.endpoints.ui, printedPassword(plumb.output()));
  });

  it('list the applications with health and sync', async () => {
    await page.getByRole('link', { name: 'welcome-cluster-ops' }).first().waitFor();
    expect(await page.getByText('Healthy').count()).toBeGreaterThan(0);
    expect(await page.getByText('Synced').count()).toBeGreaterThan(0);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('show an application as a tree that follows the cluster without a reload', async () => {
    await page.getByRole('link', { name: 'welcome-cluster-apps' }).first().click();
    await page
      .getByText(/ReplicaSet/i)
      .first()
      .waitFor();
    await page
      .getByText(/^welcome-\w+-\w+$/)
      .first()
      .waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.evaluate(() => {
      (globalThis as unknown as { marker?: string }).marker = 'same page';
    });
    const pods = await kube.get(
      '/api/v1/namespaces/default/pods?labelSelector=app.kubernetes.io%2Fname%3Dwelcome',
    );
    const victim =
      (pods as unknown as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? '';
    await page.getByText(victim).first().waitFor();
    await kube.send('DELETE', `/api/v1/namespaces/default/pods/${victim}`);
    await page.getByText(victim).first().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => (globalThis as unknown as { marker?: string }).marker)).toBe(
      'same page',
    );
  });

  it('show history, events and the manifest', async () => {
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('Welcome aboard').first().waitFor();
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByText('OperationCompleted').first().waitFor();
    await page.getByRole('tab', { name: 'Manifest' }).click();
    await page.getByText('targetRevision').first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('sync and refresh by their buttons', async () => {
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await page.getByText('welcome-cluster-apps refreshed').first().waitFor();
    await page.getByRole('button', { name: 'Sync', exact: true }).first().click();
    await page.getByRole('button', { name: 'Synchronize' }).click();
    await page.getByText('Syncing welcome-cluster-apps').first().waitFor();
  });

  it('fit 360 pixels and come in dark', async () => {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('tab', { name: 'Tree' }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(plumb.endpoints.ui);
    await page.getByRole('link', { name: 'welcome-cluster-apps' }).first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  it('report no error to the console', () => {
    expect(errors).toEqual([]);
  });
});
