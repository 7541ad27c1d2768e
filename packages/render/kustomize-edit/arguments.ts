import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { ImageArgument } from './types.ts';

const imageHelp = `invalid format of image, use one of the following options:
- <image>=<newimage>:<newtag>
- <image>=<newimage>@<digest>
- <image>=<newimage>:<newtag>@<digest>
- <image>=<newimage>
- <image>:<newtag>
- <image>:<newtag>@<digest>
- <image>@<digest>`;

/** Reads `image=new:tag@digest` and its shorter forms. The message of a problem is upstream's. */
export function readImage(argument: string): Result<ImageArgument> {
  const equals = argument.indexOf('=');
  const value = equals < 0 ? argument : argument.slice(equals + 1);
  const split = splitImageName(value);
  if (split.name === argument) return err(problem('argument', imageHelp));
  const { name, tag: newTag, digest } = split;
  return ok(
    equals < 0
      ? { name, newName: '', newTag, digest }
      : { name: argument.slice(0, equals), newName: name, newTag, digest },
  );
}

/** A colon before the last slash belongs to a port, not to a tag. */
function splitImageName(image: string): {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
} {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    name: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? '' : named.slice(colon + 1),
    digest: at < 0 ? '' : image.slice(at + 1),
  };
}

/** Reads `name=count`. */
export function readReplica(argument: string): Result<{ readonly name: string; readonly count: number }> {
  const [name, count, ...more] = argument.split('=');
  if (name === undefined || count === undefined || more.length > 0 || !/^[-+]?\d{1,15}$/.test(count))
    return err(problem('argument', 'invalid format of replica, use the following format: <name>=<count>'));
  return ok({ name, count: Number(count) });
}

/** Reads `key:value` (quotes around the value are taken off, a key alone has an empty value); commas separate several. */
export function readEntries(
  inputs: readonly string[],
  kind: 'label' | 'annotation',
): Result<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  for (const input of inputs) {
    const colon = input.indexOf(':');
    if (colon === 0 || input === '')
      return err(problem('argument', `invalid ${kind}: '${input}' (need k:v pair where v may be quoted)`));
    if (colon < 0) entries.set(input, '');
    else entries.set(input.slice(0, colon), input.slice(colon + 1).replace(/^"(.*)"$/s, '$1'));
  }
  return ok(entries);
}
