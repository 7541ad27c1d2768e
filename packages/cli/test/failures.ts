import { err, isRecord, ok, problem, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields, Result } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { compileGlob } from '@plumbline/languages';
import type { GlobMatcher } from '@plumbline/languages';

/** A failure that is switched on for some pods. */
export interface Failure {
  readonly text: string;
  readonly scenario: string;
  matches(object: KubeObject, template: Fields): boolean;
}

const scenarios: Readonly<Record<string, string>> = {
  'image-pull-error': 'image-pull-error',
  'pull-error': 'image-pull-error',
  'crash-loop': 'crash-loop',
  crash: 'crash-loop',
  'never-ready': 'never-ready',
  'slow-start': 'slow-start',
  oom: 'oom',
  fail: 'fail',
  hang: 'hang',
};

/** The annotation by which simulated pods are told what to play. */
const SWITCH = 'plumbline.dev/simulate';

/**
 * `WHAT=SCENARIO`. WHAT is an image (`nginx`, `ghcr.io/shop/*`, with or without tag), a label (`label:app=web`), an
 * object (`Deployment/web`), or `image`, which stands for every image.
 */
export function parseFailure(text: string): Result<Failure> {
  const split = text.lastIndexOf('=');
  const what = text.slice(0, Math.max(0, split));
  const name = text.slice(split + 1);
  const refuse = (why: string) => err(problem('failure-invalid', `--fail ${text}: ${why}`));
  if (what === '') return refuse('write WHAT=SCENARIO, for example nginx=image-pull-error');
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (scenario === undefined) return refuse(`${name} is none of ${Object.keys(scenarios).join(', ')}`);
  const label = /^label:([^=]+)=(.*)$/.exec(what);
  if (label !== null) {
    const [, key = '', value = ''] = label;
    return ok({
      text,
      scenario,
      matches: (_, template) => recordAt(recordAt(template, 'metadata'), 'labels')[key] === value,
    });
  }
  const object = /^([A-Z]\w*)\/(.+)$/.exec(what);
  const glob = compileGlob(object?.[2] ?? what);
  if (!glob.ok) return refuse(glob.error.message);
  if (object !== null) {
    const kind = object[1] ?? '';
    return ok({
      text,
      scenario,
      matches: (one) => one.kind === kind && glob.value(one.metadata.name ?? ''),
    });
  }
  return ok({
    text,
    scenario,
    matches: (_, template) =>
      imagesOf(template).some((image) => what === 'image' || imageMatches(image, glob.value)),
  });
}

function imagesOf(template: Fields): readonly string[] {
  const spec = recordAt(template, 'spec');
  return ['initContainers', 'containers'].flatMap((field) =>
    recordsAt(spec, field).map((container) => textAt(container, 'image')),
  );
}

/** With and without tag and digest, and by the last part of the name alone. */
function imageMatches(image: string, matches: GlobMatcher): boolean {
  const untagged = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return [image, untagged, untagged.slice(untagged.lastIndexOf('/') + 1)].some(matches);
}

/** Where the pod template of a kind lies. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** The pod template of an object, if its kind has one; a pod is its own. */
export function templateOf(object: KubeObject): Fields | undefined {
  const path = Object.hasOwn(templates, object.kind) ? templates[object.kind] : undefined;
  return path?.reduce<Fields>((value, field) => recordAt(value, field), object);
}

/** The object with the failures that concern it switched on, and which these were. */
export function withFailures(
  object: KubeObject,
  failures: readonly Failure[],
): { readonly object: KubeObject; readonly used: readonly Failure[] } {
  const template = templateOf(object);
  const used = template === undefined ? [] : failures.filter((failure) => failure.matches(object, template));
  const last = used.at(-1);
  if (last === undefined) return { object, used };
  const path = templates[object.kind] ?? [];
  const changed = setAt(object, [...path, 'metadata', 'annotations', SWITCH], last.scenario);
  return { object: changed as unknown as KubeObject, used };
}

function setAt(value: unknown, path: readonly string[], member: unknown): unknown {
  const [field, ...rest] = path;
  if (field === undefined) return member;
  const fields = isRecord(value) ? value : {};
  return { ...fields, [field]: setAt(fields[field], rest, member) };
}
