import { GoError, readGoYaml } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import { isValidVersion } from '../versions.ts';
import { decodeInto, reader } from './fields.ts';
import type { ChartDependency, ChartMaintainer, ChartMetadata } from './types.ts';

/** Metadata with nothing in it, as a chart has that is only a `requirements.yaml`. */
export function emptyMetadata(): ChartMetadata {
  return {
    name: '',
    home: '',
    sources: null,
    version: '',
    description: '',
    keywords: null,
    maintainers: null,
    icon: '',
    apiVersion: '',
    condition: '',
    tags: '',
    appVersion: '',
    deprecated: false,
    annotations: null,
    kubeVersion: '',
    dependencies: null,
    type: '',
  };
}

/** Reads `Chart.yaml`, or lays `requirements.yaml` over what is known already. Throws `GoError`. */
export function readMetadata(text: string, before: ChartMetadata): ChartMetadata {
  const value = readGoYaml(text);
  if (value === null) return before;
  const fields = decodeInto(value, 'chart.Metadata');
  const read = reader(fields, 'Metadata');
  return {
    name: read.text('name') ?? before.name,
    home: read.text('home') ?? before.home,
    sources: read.texts('sources') ?? before.sources,
    version: read.text('version') ?? before.version,
    description: read.text('description') ?? before.description,
    keywords: read.texts('keywords') ?? before.keywords,
    maintainers: read.list('maintainers', maintainer) ?? before.maintainers,
    icon: read.text('icon') ?? before.icon,
    apiVersion: read.text('apiVersion') ?? before.apiVersion,
    condition: read.text('condition') ?? before.condition,
    tags: read.text('tags') ?? before.tags,
    appVersion: read.text('appVersion') ?? before.appVersion,
    deprecated: read.flag('deprecated') ?? before.deprecated,
    annotations: read.textMap('annotations') ?? before.annotations,
    kubeVersion: read.text('kubeVersion') ?? before.kubeVersion,
    dependencies: read.list('dependencies', dependency) ?? before.dependencies,
    type: read.text('type') ?? before.type,
  };
}

function maintainer(value: Value): ChartMaintainer {
  if (value === null) throw invalid('maintainers must not contain empty or null nodes');
  const read = reader(decodeInto(value, 'chart.Maintainer'), 'Maintainer');
  return { name: read.text('name') ?? '', email: read.text('email') ?? '', url: read.text('url') ?? '' };
}

function dependency(value: Value): ChartDependency {
  if (value === null) throw invalid('dependencies must not contain empty or null nodes');
  const fields: GoMap = decodeInto(value, 'chart.Dependency');
  const read = reader(fields, 'Dependency');
  const imports = fields.get('import-values');
  return {
    name: read.text('name') ?? '',
    version: read.text('version') ?? '',
    repository: read.text('repository') ?? '',
    condition: read.text('condition') ?? '',
    tags: read.texts('tags') ?? [],
    enabled: read.flag('enabled') ?? false,
    importValues: Array.isArray(imports) ? imports : [],
    alias: read.text('alias') ?? '',
  };
}

/** A problem of the chart's own description, as upstream words it. */
function invalid(message: string): GoError {
  return new GoError(`validation: ${message}`);
}

const aliasPattern = /^[a-zA-Z0-9_-]+$/;

/** Checks metadata and returns it with clean texts. Throws `GoError`. */
export function validateMetadata(raw: ChartMetadata): ChartMetadata {
  const metadata = sanitized(raw);
  if (metadata.apiVersion === '') throw invalid('chart.metadata.apiVersion is required');
  const { name, version, type } = metadata;
  if (name === '') throw invalid('chart.metadata.name is required');
  if (name === '.' || name === '..')
    throw invalid(`chart.metadata.name ${JSON.stringify(name)} is not allowed`);
  if (name !== name.replace(/\/+$/, '').replace(/^.*\//, '')) {
    throw invalid(`chart.metadata.name ${JSON.stringify(name)} is invalid`);
  }
  if (version === '') throw invalid('chart.metadata.version is required');
  if (!isValidVersion(version)) {
    throw invalid(`chart.metadata.version ${JSON.stringify(version)} is invalid`);
  }
  if (!['', 'application', 'library'].includes(type)) {
    throw invalid('chart.metadata.type must be application or library');
  }
  checkDependencies(metadata.dependencies ?? []);
  return metadata;
}

function checkDependencies(dependencies: readonly ChartDependency[]): void {
  const seen = new Set<string>();
  for (const { name, alias } of dependencies) {
    if (alias !== '' && !aliasPattern.test(alias)) {
      throw invalid(`dependency ${JSON.stringify(name)} has disallowed characters in the alias`);
    }
    const key = alias === '' ? name : alias;
    if (seen.has(key)) {
      throw invalid(`more than one dependency with name or alias ${JSON.stringify(key)}`);
    }
    seen.add(key);
  }
}

function sanitized(metadata: ChartMetadata): ChartMetadata {
  return {
    ...metadata,
    name: clean(metadata.name),
    description: clean(metadata.description),
    home: clean(metadata.home),
    icon: clean(metadata.icon),
    condition: clean(metadata.condition),
    tags: clean(metadata.tags),
    appVersion: clean(metadata.appVersion),
    kubeVersion: clean(metadata.kubeVersion),
    sources: metadata.sources?.map(clean) ?? null,
    keywords: metadata.keywords?.map(clean) ?? null,
    maintainers:
      metadata.maintainers?.map(({ name, email, url }) => ({
        name: clean(name),
        email: clean(email),
        url: clean(url),
      })) ?? null,
    dependencies:
      metadata.dependencies?.map((entry) => ({
        ...entry,
        name: clean(entry.name),
        version: clean(entry.version),
        repository: clean(entry.repository),
        condition: clean(entry.condition),
        tags: entry.tags.map(clean),
      })) ?? null,
  };
}

const plainText = /^[ -~]*$/;

/** Every kind of white space becomes a blank; what cannot be printed goes. */
function clean(text: string): string {
  if (plainText.test(text)) return text;
  return text.replace(/[\s\u0085]/g, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
}
