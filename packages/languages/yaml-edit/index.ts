export { editYaml } from './edit.ts';
export type { YamlEdit, YamlPath } from './edit.ts';
export { rewriteYaml } from './rewrite.ts';
export type { YamlWrite } from './rewrite.ts';
