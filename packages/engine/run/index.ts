export { advance, startRun } from './advance.ts';
export { imagesOf } from './images.ts';
