import type { KubeObject } from '@plumbline/api';
import { compileJsonPath, printJsonPathValue } from '@plumbline/languages';
import { age, ageColumn } from '../kinds/columns.ts';
import type { Column, FieldError } from '../registry/types.ts';
import {
  invalid,
  required,
  type DefinitionVersion,
  type PrinterColumn,
  type ScalePaths,
} from './definition.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const simplePath = /^(?:\.(?:[^\s.[\]{}'"?*@$()\\]|\\.)+|\[(?:\d+|'[^']*'|"[^"]*")\])+$/;

/** The columns of a kind without columns of its own, after its name. */
const onlyAge: readonly Column[] = [{ ...ageColumn, type: 'date' }];

export function columnsOf(version: DefinitionVersion): readonly Column[] {
  const own = version.additionalPrinterColumns;
  return own === undefined || own.length === 0 ? onlyAge : own.map(columnOf);
}

function columnOf(column: PrinterColumn): Column {
  const type = column.type as Column['type'];
  const jsonPath = column.jsonPath ?? '';
  const path = compileJsonPath(jsonPath);
  const description = column.description ?? '';
  return {
    name: column.name ?? '',
    type,
    ...(column.format !== undefined && { format: column.format }),
    description:
      description === ''
        ? `Custom resource definition column (in JSONPath format): ${jsonPath}`
        : description,
    ...(column.priority !== undefined && { priority: column.priority }),
    cell(object, now) {
      const found = path.ok ? path.value.find(object, { allowMissing: true }) : path;
      return found.ok ? cellOf(type, found.value[0], now) : null;
    },
  };
}

function cellOf(type: Column['type'], value: unknown, now: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return printJsonPathValue(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
  }
}

export function selectableFieldsOf(
  version: DefinitionVersion,
): Readonly<Record<string, (object: KubeObject) => string>> {
  const entries = (version.selectableFields ?? []).map(({ jsonPath }) => {
    const path = compileJsonPath(jsonPath);
    const read = (object: KubeObject): string => {
      const found = path.ok ? path.value.find(object, { allowMissing: true }) : path;
      return found.ok ? printJsonPathValue(found.value[0]) : '';
    };
    return [jsonPath.replace(/^\./, ''), read] as const;
  });
  return Object.fromEntries(entries);
}

/** `placeOf`: in front of what errors of a part are reported; undefined where that part was looked at already. */
export function checkParts(
  version: DefinitionVersion,
  placeOf: (part: 'subresources' | 'additionalPrinterColumns') => string | undefined,
): readonly FieldError[] {
  const [columns, subresources] = [placeOf('additionalPrinterColumns'), placeOf('subresources')];
  const { scale } = version.subresources ?? {};
  return [
    ...(scale === undefined || subresources === undefined
      ? []
      : checkScale(scale, `${subresources}subresources.scale`)),
    ...(columns === undefined ? [] : (version.additionalPrinterColumns ?? [])).flatMap((column, i) =>
      checkColumn(column, `${columns ?? ''}additionalPrinterColumns[${i}]`),
    ),
  ];
}

export function checkSelectableFields(version: DefinitionVersion, at: string): readonly FieldError[] {
  return (version.selectableFields ?? []).flatMap(({ jsonPath }, i) =>
    checkSelectable(version, jsonPath, `${at}selectableFields[${i}].jsonPath`),
  );
}

function checkColumn(column: PrinterColumn, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((column.name ?? '') === '') errors.push(required(`${at}.name`));
  if ((column.type ?? '') === '') {
    errors.push({
      ...required(`${at}.type`),
      message: `Required value: must be one of ${columnTypes.join(',')}`,
    });
  } else if (!columnTypes.includes(column.type ?? '')) {
    errors.push(invalid(`${at}.type`, column.type, `must be one of ${columnTypes.join(',')}`));
  }
  const path = column.jsonPath ?? '';
  if (path === '') errors.push(required(`${at}.JSONPath`));
  else if (!path.startsWith('.'))
    errors.push(invalid(`${at}.JSONPath`, path, 'must be a simple json path starting with .'));
  else {
    const compiled = compileJsonPath(path);
    if (!compiled.ok)
      errors.push(invalid(`${at}.JSONPath`, path, `is an invalid path: ${compiled.error.message}`));
  }
  return errors;
}

function checkScale(scale: ScalePaths, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const check = (member: keyof ScalePaths, below: readonly string[], must: boolean): void => {
    const path = scale[member] ?? '';
    if (path === '') {
      if (must) errors.push(required(`${at}.${member}`));
    } else if (!simplePath.test(path))
      errors.push(invalid(`${at}.${member}`, path, 'must be a simple json path starting with .'));
    else if (!below.some((prefix) => path.startsWith(`${prefix}.`))) {
      errors.push(invalid(`${at}.${member}`, path, `should be a json path under ${below.join(' or ')}`));
    }
  };
  check('specReplicasPath', ['.spec'], true);
  check('statusReplicasPath', ['.status'], true);
  check('labelSelectorPath', ['.spec', '.status'], false);
  return errors;
}

function checkSelectable(version: DefinitionVersion, jsonPath: string, at: string): readonly FieldError[] {
  if (!simplePath.test(jsonPath))
    return [invalid(at, jsonPath, 'is an invalid path: must be a simple json path starting with .')];
  if (/^\.metadata(\.|$)/.test(jsonPath))
    return [invalid(at, jsonPath, 'must not point to fields in metadata')];
  let schema = version.schema?.openAPIV3Schema;
  for (const name of jsonPath.slice(1).split('.')) schema = schema?.properties?.[name];
  if (schema === undefined)
    return [invalid(at, jsonPath, 'is an invalid path: does not refer to a valid field')];
  if (schema.type === 'string' || schema.type === 'boolean' || schema.type === 'integer') return [];
  return [
    invalid(
      at,
      jsonPath,
      `must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.`,
    ),
  ];
}
