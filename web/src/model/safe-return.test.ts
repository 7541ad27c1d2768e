import { describe, expect, it } from 'vitest';
import { safeReturn } from './safe-return.ts';

describe('safeReturn', () => {
  it.each([
    ['/applications/argocd/web/diff?node=x', '/applications/argocd/web/diff?node=x'],
    [null, '/applications'],
    ['', '/applications'],
    ['//evil.example.org', '/applications'],
    ['/\\evil.example.org', '/applications'],
    ['https://evil.example.org', '/applications'],
    ['/login?return_url=/login', '/applications'],
  ])('leads from %s to %s', (address, target) => {
    expect(safeReturn(address)).toBe(target);
  });
});
