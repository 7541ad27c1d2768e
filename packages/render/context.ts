/**
 * For whom a folder is rendered. Most of it changes more often than files do (a revision with each push), so a render
 * depends only on what it has asked for: this object is handed on as it is, never spread or copied.
 */
export interface RenderContext {
  /** The application's name; the default name of a release. */
  readonly appName?: string | undefined;
  /** Where it will be deployed; charts see it as the release's namespace. */
  readonly namespace?: string | undefined;
  /** Of the cluster: `v1.36.0`. */
  readonly kubeVersion?: string | undefined;
  /** What the cluster serves: `apps/v1`, `apps/v1/Deployment`. The same list is the same array. */
  readonly apiVersions?: readonly string[] | undefined;
  /** Flags for every `kustomize build`, as `argocd-cm` has them: `--enable-helm --load-restrictor LoadRestrictionsNone`. */
  readonly kustomizeBuildOptions?: string | undefined;
  /** Secret text that random functions of templates start from. */
  readonly seed?: string | undefined;
  /** A variable of Argo CD's build environment: `ARGOCD_APP_NAME`, `ARGOCD_APP_REVISION`, `KUBE_VERSION` ... */
  variable?(name: string): string | undefined;
  /** All variables; whoever calls this depends on each. */
  variables?(): Readonly<Record<string, string>>;
  /** Of a recorded context: the one behind it, for who hands it on and says later what was asked. */
  readonly unrecorded?: RenderContext;
}

/** What was asked of a context, and the answers. */
export type Used = ReadonlyMap<string, unknown>;

const fields = [
  'appName',
  'namespace',
  'kubeVersion',
  'apiVersions',
  'seed',
  'kustomizeBuildOptions',
] as const;

/** The same context, and what is asked of it from now on. */
export function recordUse(context: RenderContext): { readonly context: RenderContext; readonly used: Used } {
  const used = new Map<string, unknown>();
  const note = <T>(name: string, value: T): T => {
    used.set(name, value);
    return value;
  };
  const recorded: RenderContext = {
    unrecorded: context,
    variable: (name) => note(`$${name}`, context.variable?.(name)),
    variables() {
      const all = context.variables?.() ?? {};
      for (const [name, value] of Object.entries(all)) note(`$${name}`, value);
      return all;
    },
  };
  for (const field of fields)
    Object.defineProperty(recorded, field, { enumerable: true, get: () => note(field, context[field]) });
  return { context: recorded, used };
}

/** Whether a context answers as it was answered before. */
export function sameUse(used: Used, context: RenderContext): boolean {
  for (const [name, value] of used) {
    const now = name.startsWith('$')
      ? context.variable?.(name.slice(1))
      : context[name as (typeof fields)[number]];
    if (now !== value) return false;
  }
  return true;
}

/**
 * `$NAME` and `${NAME}` as Argo CD replaces them in parameters (Go's os.Expand): `$$` is a dollar sign, a name that is
 * not known becomes nothing. A name begins with a letter or `_`; a digit or one of `*#$@!?-` is a name of its own, so
 * `$1abc` is `$1` and `abc`. What is no name is eaten where it is broken (`${}`, `${a b}`) and kept where it is none (`$ `).
 */
export function expandVariables(text: string, context: RenderContext): string {
  if (!text.includes('$')) return text;
  let expanded = '';
  let kept = 0;
  // A dollar sign at the very end stands for itself.
  for (let at = text.indexOf('$'); at >= 0 && at + 1 < text.length; at = text.indexOf('$', kept)) {
    expanded += text.slice(kept, at);
    const { name, width } = variableAt(text, at + 1);
    if (name !== '') expanded += name === '$' ? '$' : (context.variable?.(name) ?? '');
    else if (width === 0) expanded += '$';
    kept = at + 1 + width;
  }
  return expanded + text.slice(kept);
}

/** The name behind a dollar sign and how much of the text it takes; '' is no name, and what it takes is bad syntax. */
function variableAt(text: string, start: number): { readonly name: string; readonly width: number } {
  if (text[start] !== '{') {
    if (/[*#$@!?\-0-9]/.test(text.charAt(start))) return { name: text.charAt(start), width: 1 };
    const name = /^\w*/.exec(text.slice(start))?.[0] ?? '';
    return { name, width: name.length };
  }
  if (/[*#$@!?\-0-9]/.test(text.charAt(start + 1)) && text[start + 2] === '}')
    return { name: text.charAt(start + 1), width: 3 };
  const end = text.indexOf('}', start + 1);
  // `${}` is eaten; without an end only the two characters are.
  if (end < 0) return { name: '', width: 1 };
  return { name: text.slice(start + 1, end), width: end - start + 1 };
}
