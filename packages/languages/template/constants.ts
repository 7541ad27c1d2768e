import { GoInt } from '../go/index.ts';
import { GoComplex } from './complex.ts';
import { typeWord } from './signature.ts';
import { reprint } from './reprint.ts';
import type { IntKind, Value } from '../go/index.ts';
import type { BoolNode, NumberNode, StringNode } from './nodes.ts';
import type { Parameter } from './signature.ts';

/** A constant as a value, or why it cannot be one. */
export type Constant = { readonly value: Value } | { readonly problem: string };

/** A constant where nothing says what it shall be: the way it is written decides. */
export function idealConstant(node: BoolNode | NumberNode | StringNode): Constant {
  if (node.type === 'bool') return { value: node.value };
  if (node.type === 'string') return { value: node.text };
  const { text, complex } = node;
  if (complex !== undefined) return { value: new GoComplex(complex.real, complex.imaginary) };
  const isHex = /^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text);
  if (node.float !== undefined && !isHex && !text.startsWith("'") && /[.eEpP]/.test(text))
    return { value: node.float };
  if (node.int !== undefined) return { value: new GoInt('int', node.int) };
  return { problem: `${text} overflows int` };
}

/** A constant as an argument of a function. */
export function constantFor(node: BoolNode | NumberNode | StringNode, type: Parameter): Constant {
  switch (type) {
    case 'any':
    case 'reflect':
      return idealConstant(node);
    case 'bool':
      return node.type === 'bool' ? { value: node.value } : expected('bool', node);
    case 'string':
      return node.type === 'string' ? { value: node.text } : expected('string', node);
    case 'float64':
      if (node.type === 'number' && node.float !== undefined) return { value: node.float };
      return expected('float', node);
    case 'int':
    case 'int64':
    case 'duration':
      return integer(node, type);
    case 'uint8':
      if (node.type !== 'number' || node.uint === undefined) return expected('unsigned integer', node);
      return { value: new GoInt(type, BigInt.asUintN(8, node.uint)) };
    default:
      return { problem: `can't handle ${reprint(node)} for arg of type ${typeWord(type)}` };
  }
}

function integer(node: BoolNode | NumberNode | StringNode, kind: IntKind): Constant {
  if (node.type !== 'number' || node.int === undefined) return expected('integer', node);
  return { value: new GoInt(kind, node.int) };
}

function expected(what: string, node: BoolNode | NumberNode | StringNode): Constant {
  return { problem: `expected ${what}; found ${reprint(node)}` };
}
