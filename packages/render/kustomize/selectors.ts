import type { FieldOptionsArgs, ReplacementArgs, SelectorArgs } from './kustomization/types.ts';
import { gvkText } from './resource.ts';
import type { FieldOptions, Replacement, Selector } from './types.ts';

/** A selector with its absent parts empty. */
export function selectorOf(args: SelectorArgs): Selector {
  return {
    group: args.group ?? '',
    version: args.version ?? '',
    kind: args.kind ?? '',
    name: args.name ?? '',
    namespace: args.namespace ?? '',
    annotationSelector: args.annotationSelector ?? '',
    labelSelector: args.labelSelector ?? '',
  };
}

/** A selector as messages print it. */
export function selectorText(selector: Selector): string {
  const id = `${gvkText(selector)}/${selector.name || '[noName]'}.${selector.namespace || '[noNs]'}`;
  return `${id}:a=${selector.annotationSelector}:l=${selector.labelSelector}`;
}

/** A replacement with its absent parts empty. */
export function replacementOf(args: ReplacementArgs): Replacement {
  const { source } = args;
  return {
    ...(source === undefined
      ? {}
      : {
          source: {
            group: source.group ?? '',
            version: source.version ?? '',
            kind: source.kind ?? '',
            name: source.name ?? '',
            namespace: source.namespace ?? '',
            fieldPath: source.fieldPath ?? '',
            ...fieldOptions(source.options),
          },
        }),
    ...(args.sourceValue === undefined ? {} : { sourceValue: args.sourceValue }),
    targets: (args.targets ?? []).map((target) => ({
      ...(target.select === undefined ? {} : { select: selectorOf(target.select) }),
      reject: (target.reject ?? []).map(selectorOf),
      fieldPaths: target.fieldPaths ?? [],
      ...fieldOptions(target.options),
    })),
  };
}

function fieldOptions(args: FieldOptionsArgs | undefined): { readonly options?: FieldOptions } {
  if (args === undefined) return {};
  return {
    options: {
      delimiter: args.delimiter ?? '',
      index: args.index ?? 0,
      encoding: args.encoding ?? '',
      create: args.create ?? false,
    },
  };
}
