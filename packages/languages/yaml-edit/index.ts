export { rewriteYaml } from './rewrite.ts';
export type { YamlWrite } from './rewrite.ts';
