import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `/api` is answered during development: the fixture server in `dev/`, or a running Plumbline. */
const api = process.env['PLUMBLINE_API'] ?? 'http://127.0.0.1:4300';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  preview: { port: 4302, strictPort: true, proxy: { '/api': { target: api, changeOrigin: true } } },
  server: { port: 4301, strictPort: true, proxy: { '/api': { target: api, changeOrigin: true } } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // `light-dark()` and nesting are used as written: these are the first browsers that know both.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
  },
});
