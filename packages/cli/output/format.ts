import { writeYaml } from '@plumbline/languages';
import { CommandError } from '../io.ts';

/** `-o json` and `-o yaml` of any value; undefined: another format, which the command prints itself. */
export function formatData(value: unknown, format: string | undefined): string | undefined {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  if (format === 'yaml') return writeYaml(value);
  return undefined;
}

/** Refuses a format that a command does not know. */
export function checkFormat(format: string | undefined, known: readonly string[]): void {
  if (format !== undefined && !known.includes(format)) {
    throw new CommandError(`unknown output format ${format}: use ${known.join('|')}`, 2);
  }
}
