export { readToml } from './read.ts';
export { writeToml } from './write.ts';
