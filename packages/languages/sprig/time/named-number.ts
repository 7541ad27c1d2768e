import { GoInt, GoObject } from '../../go/index.ts';
import type { Member, Value } from '../../go/index.ts';
import { fn } from '../define.ts';

/** A month or weekday: a number that prints as its name. */
export class GoNamedNumber extends GoObject {
  override readonly typeName: string;
  readonly n: bigint;
  private readonly text: string;

  constructor(typeName: string, n: number, text: string) {
    super();
    this.typeName = typeName;
    this.n = BigInt(n);
    this.text = text;
  }

  override member(name: string): Member | undefined {
    return name === 'String' ? { method: fn([], 'string', () => this.text) } : undefined;
  }

  override print(): string {
    return this.text;
  }

  override asJson(): Value {
    return new GoInt('int', this.n);
  }
}
