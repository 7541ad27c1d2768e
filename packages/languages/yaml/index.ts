export { readYaml, readYamlInSteps, readYamlStream } from './read.ts';
export type { YamlDocument, YamlOptions, YamlProblem, YamlStream } from './read.ts';
export type { YamlLimits } from './limits.ts';
export { decodeText } from './bytes.ts';
export { GoUnwritable, writeGoYaml, writeGoYamlPretty, writeYaml } from './write.ts';
export { rangesOf } from './ranges.ts';
export type { TextRange } from './ranges.ts';
export { parseJsonText } from './json-text.ts';
export { fromGo, readGoJson, readGoYaml, readGoYamlStream, toGo, yamlErrorText } from './go-values.ts';
