import { compileGlob, fromBytes, GoObject, printValue, typedList, writeGoYaml } from '@plumbline/languages';
import type { GoFunction, GoMap, Member, Value } from '@plumbline/languages';
import type { ChartFile } from './chart/types.ts';

/** `.Files`: the files of a chart that are nothing else, by their paths. */
export class HelmFiles extends GoObject {
  readonly typeName = 'engine.files';
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private map: GoMap | undefined;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    super();
    this.files = files;
  }

  member(name: string): Member | undefined {
    const method = this.method(name);
    if (method !== undefined) return { method };
    // A map of bytes: a key that is not there gives nothing at all.
    return { field: this.files.get(name) ?? new Uint8Array() };
  }

  print(): string {
    return printValue(this.asMap());
  }

  override asMap(): GoMap {
    this.map ??= new Map(this.files);
    return this.map;
  }

  override asJson(): Value {
    return this.asMap();
  }

  private method(name: string): GoFunction | undefined {
    switch (name) {
      case 'Get':
        return withText('string', (path) => fromBytes(this.files.get(path) ?? new Uint8Array()));
      case 'GetBytes':
        return withText('[]byte', (path) => this.files.get(path) ?? new Uint8Array());
      case 'Glob':
        return withText('any', (pattern) => this.glob(pattern));
      case 'Lines':
        return withText('[]string', (path) => this.lines(path));
      case 'AsConfig':
        return { params: [], result: 'string', call: () => this.flat((bytes) => fromBytes(bytes)) };
      case 'AsSecrets':
        return { params: [], result: 'string', call: () => this.flat((bytes) => bytes) };
      default:
        return undefined;
    }
  }

  private glob(pattern: string): HelmFiles {
    const compiled = compileGlob(pattern, '/');
    // A pattern that is none matches everything, upstream says.
    const matches = compiled.ok ? compiled.value : () => true;
    return new HelmFiles(new Map([...this.files].filter(([path]) => matches(path))));
  }

  private lines(path: string): Value {
    const bytes = this.files.get(path);
    if (bytes === undefined || bytes.length === 0) return typedList('[]string', []);
    const text = fromBytes(bytes);
    return typedList('[]string', (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'));
  }

  /** File names alone become keys, so of two files with one name only one stays. */
  private flat(value: (bytes: Uint8Array) => Value): string {
    const map: GoMap = new Map();
    for (const [path, bytes] of this.files) map.set(path.slice(path.lastIndexOf('/') + 1), value(bytes));
    return writeGoYaml(map).replace(/\n$/, '');
  }
}

function withText(result: GoFunction['result'], run: (text: string) => Value): GoFunction {
  return { params: ['string'], result, call: ([text]) => run(typeof text === 'string' ? text : '') };
}

/** `.Files` of a chart. */
export function filesObject(files: readonly ChartFile[]): HelmFiles {
  return new HelmFiles(new Map(files.map(({ name, data }) => [name, data])));
}
