import { quoteString } from '../go/index.ts';
import type { ListNode, Node, Operand, PipeNode } from './nodes.ts';

/** A node in Go's canonical words, as errors show it between `<` and `>`. */
export function reprint(node: Node): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${reprintPipe(node.pipe)}}}`;
    case 'bool':
      return node.value ? 'true' : 'false';
    case 'chain':
      return `${reprintOperand(node.node)}${node.fields.map((name) => `.${name}`).join('')}`;
    case 'command':
      return node.args.map(reprintOperand).join(' ');
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'identifier':
      return node.name;
    case 'variable':
      return [node.name, ...node.fields].join('.');
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'pipe':
      return reprintPipe(node);
    case 'list':
      return reprintList(node);
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.elseList === undefined ? '' : `{{else}}${reprintList(node.elseList)}`;
      return `{{${node.type} ${reprintPipe(node.pipe)}}}${reprintList(node.list)}${otherwise}{{end}}`;
    }
    case 'template': {
      const data = node.pipe === undefined ? '' : ` ${reprintPipe(node.pipe)}`;
      return `{{template ${quoteString(node.name)}${data}}}`;
    }
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
  }
}

function reprintOperand(node: Operand): string {
  return node.type === 'pipe' ? `(${reprintPipe(node)})` : reprint(node);
}

function reprintList(list: ListNode): string {
  return list.nodes.map(reprint).join('');
}

function reprintPipe(pipe: PipeNode): string {
  const commands = pipe.commands.map(reprint).join(' | ');
  if (pipe.variables.length === 0) return commands;
  return `${pipe.variables.map(reprint).join(', ')} ${pipe.assigns ? '=' : ':='} ${commands}`;
}
