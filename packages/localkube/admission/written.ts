import {
  CelObject,
  dynType,
  stringType,
  structType,
  type CelEnvironment,
  type CelType,
  type CelValue,
  type StructDeclaration,
} from '@plumbline/languages';

/** An object that an expression has written out. */
class Written extends CelObject {
  readonly typeName: string;
  private readonly fields: ReadonlyMap<string, CelValue>;
  constructor(typeName: string, fields: ReadonlyMap<string, CelValue>) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }
  get(field: string): CelValue | undefined {
    return this.fields.get(field);
  }
  names(): readonly string[] {
    return [...this.fields.keys()];
  }
  declares(): boolean {
    return true;
  }
}

const patchFields: ReadonlyMap<string, CelType> = new Map([
  ['op', stringType],
  ['path', stringType],
  ['from', stringType],
  ['value', dynType],
]);

/** `JSONPatch{...}`, and `Object{...}`, `Object.spec{...}` and so on, whose fields are those of the kind at hand. */
export const writtenStructs: NonNullable<CelEnvironment['structs']> = (
  name,
): StructDeclaration | undefined => {
  if (name !== 'JSONPatch' && name !== 'Object' && !name.startsWith('Object.')) return undefined;
  const isPatch = name === 'JSONPatch';
  return {
    type: structType(name, isPatch ? patchFields : new Map()),
    field: (field) => (isPatch ? patchFields.get(field) : dynType),
    make: (fields) =>
      new Written(name, new Map(Array.from(fields, ([field, value]) => [unescaped(field), value]))),
  };
};

const escapes: Readonly<Record<string, string>> = { dot: '.', dash: '-', slash: '/', underscores: '__' };

function unescaped(field: string): string {
  return field.replaceAll(/__(\w+?)__/g, (_, word: string) => escapes[word] ?? word);
}
