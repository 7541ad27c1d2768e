export { retryDelay, type Backoff } from './backoff.ts';
