import { isRecord } from '@plumbline/base';

/** A parameter of an Argo CD source: `--set`, or `--set-string`. */
export interface HelmParameter {
  readonly name?: string;
  readonly value?: string;
  readonly forceString?: boolean;
}

/** `spec.source.helm` of an Argo CD application. */
export interface HelmParameters {
  readonly releaseName?: string;
  readonly values?: string;
  readonly valuesObject?: Readonly<Record<string, unknown>>;
  readonly valueFiles?: readonly string[];
  readonly ignoreMissingValueFiles?: boolean;
  readonly parameters?: readonly HelmParameter[];
  readonly fileParameters?: readonly { readonly name?: string; readonly path?: string }[];
  readonly skipCrds?: boolean;
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly version?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly namespace?: string;
}

/** Takes what is usable of a block that nobody has checked yet. */
export function helmParameters(block: unknown): HelmParameters {
  return isRecord(block) ? (block as HelmParameters) : {};
}

/** The `--set` lines of parameters: of one name the last wins, and a comma in a value is no separator. */
export function setLines(
  parameters: readonly HelmParameter[],
  expand: (text: string) => string,
): { readonly set: readonly string[]; readonly setString: readonly string[] } {
  const typed = new Map<string, string>();
  const text = new Map<string, string>();
  for (const { name = '', value = '', forceString } of parameters) {
    (forceString === true ? text : typed).set(name, value);
  }
  const lines = (values: ReadonlyMap<string, string>) =>
    [...values].map(([name, value]) => `${name}=${escapeCommas(expand(value))}`);
  return { set: lines(typed), setString: lines(text) };
}

/** Lists in braces keep their commas. */
function escapeCommas(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value;
  return value.replace(/(^|[^\\]),/g, '$1\\,').replace(/(^|[^\\]),/g, '$1\\,');
}
