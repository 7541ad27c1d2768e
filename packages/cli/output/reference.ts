import type { Command } from 'commander';

/** The reference page of the whole command tree, from the tree itself. */
export function commandReference(program: Command): string {
  const sections = leaves(program, []).map(({ path, command }) => section(path, command));
  return `# Commands\n\nMade from the command tree; exit codes are 0 ok, 1 it failed, 2 wrongly called (\`diff\`: 0 none, 1 differences, 2 it failed).\n\n${sections.join('\n')}`;
}

function leaves(
  command: Command,
  path: readonly string[],
): readonly { readonly path: readonly string[]; readonly command: Command }[] {
  const here = [...path, command.name()];
  const below = command.commands.filter((child) => child.name() !== 'help');
  return below.length === 0 ? [{ path: here, command }] : below.flatMap((child) => leaves(child, here));
}

function section(path: readonly string[], command: Command): string {
  const usage = `${path.join(' ')} ${command.usage()}`.trim();
  const options = command.options.map((option) => {
    const given =
      option.defaultValue === undefined || option.defaultValue === false || isEmpty(option.defaultValue)
        ? ''
        : ` (default: \`${String(option.defaultValue)}\`)`;
    return `| \`${option.flags.replaceAll('|', '\\|')}\` | ${option.description.replaceAll('|', '\\|')}${given} |`;
  });
  const table = options.length === 0 ? '' : `\n| flag | what |\n|---|---|\n${options.join('\n')}\n`;
  return `## \`${usage}\`\n\n${command.description()}.\n${table}`;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
