export { maskSecrets } from './mask.ts';
