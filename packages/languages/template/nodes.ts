/** The text that a tree was read from, for the places in errors. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

interface Positioned {
  /** Offset in UTF-16 units where errors point to, which is not always the beginning (see text/template/parse). */
  readonly pos: number;
}

export interface TextNode extends Positioned {
  readonly type: 'text';
  readonly text: string;
}
export interface ActionNode extends Positioned {
  readonly type: 'action';
  readonly pipe: PipeNode;
}
export interface BoolNode extends Positioned {
  readonly type: 'bool';
  readonly value: boolean;
}
/** A field of something that is not just dot or a variable: `(f).a.b`. */
export interface ChainNode extends Positioned {
  readonly type: 'chain';
  readonly node: Operand;
  readonly fields: readonly string[];
}
export interface CommandNode extends Positioned {
  readonly type: 'command';
  readonly args: readonly Operand[];
}
interface DotNode extends Positioned {
  readonly type: 'dot';
}
interface NilNode extends Positioned {
  readonly type: 'nil';
}
export interface FieldNode extends Positioned {
  readonly type: 'field';
  readonly names: readonly string[];
}
export interface IdentifierNode extends Positioned {
  readonly type: 'identifier';
  readonly name: string;
}
/** `$x.a.b`: the name and the fields. */
export interface VariableNode extends Positioned {
  readonly type: 'variable';
  readonly name: string;
  readonly fields: readonly string[];
}
export interface NumberNode extends Positioned {
  readonly type: 'number';
  readonly text: string;
  /** Where the text is a whole number, or a float that is one. */
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex?: { readonly real: number; readonly imaginary: number };
}
export interface StringNode extends Positioned {
  readonly type: 'string';
  readonly quoted: string;
  readonly text: string;
}
export interface PipeNode extends Positioned {
  readonly type: 'pipe';
  readonly assigns: boolean;
  readonly variables: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}
export interface BranchNode extends Positioned {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface ListNode extends Positioned {
  readonly type: 'list';
  readonly nodes: readonly Statement[];
}
export interface TemplateNode extends Positioned {
  readonly type: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
interface JumpNode extends Positioned {
  readonly type: 'break' | 'continue';
}

/** What can be an argument. */
export type Operand =
  | BoolNode
  | ChainNode
  | DotNode
  | FieldNode
  | IdentifierNode
  | NilNode
  | NumberNode
  | PipeNode
  | StringNode
  | VariableNode;

/** What stands in a list. */
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

export type Node = Operand | Statement | CommandNode | ListNode;

/** One template of a text: the text itself or a definition in it. */
export interface Tree {
  readonly name: string;
  readonly source: Source;
  readonly root: ListNode;
}

const onlySpace = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Whether a tree is only white space, which never replaces a definition. */
export function isEmptyTree(tree: Tree): boolean {
  return tree.root.nodes.every((node) => node.type === 'text' && onlySpace.test(node.text));
}
