import { describe, expect, it } from 'vitest';
import { err, ok, problem } from '@plumbline/base';
import { createHelmEngine } from '@plumbline/render';
import type { HelmRequest } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';

const map = (body: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n${body}\n`;

function request(files: Parameters<typeof memoryTree>[0], more: Partial<HelmRequest> = {}): HelmRequest {
  const tree = memoryTree({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', ...files });
  return { chart: { tree, path: '' }, releaseName: 'shop', namespace: 'prod', ...more };
}

describe('a schema that refers to others', () => {
  const there: Readonly<Record<string, string>> = {
    'https://s.example/defs.json': '{"$defs": {"word": {"type": "string"}, "low": {"$ref": "other.json"}}}',
    'https://s.example/other.json': '{"type": "number", "maximum": 0}',
    'https://s.example/broken.json': '{',
  };
  const web = async (url: string) => {
    const text = there[url];
    return text === undefined
      ? err(problem('remote-http', 'answered 404'))
      : ok({ bytes: Buffer.from(text), revision: `of ${url}` });
  };
  const refused = (why: string) =>
    `values don't meet the specifications of the schema(s) in the following chart(s):\nweb:\n${why}`;

  async function withSchema(a: object, more: Partial<HelmRequest> = {}): Promise<unknown> {
    const files = {
      'values.yaml': 'a: 1\n',
      'values.schema.json': JSON.stringify({ properties: { a } }),
      'templates/cm.yaml': map('  a: "{{ .Values.a }}"'),
    };
    const rendered = await createHelmEngine().render(request(files, more));
    if (!rendered.ok) return rendered.error[0]?.message;
    return rendered.value.manifests[0]?.object['data'];
  }

  it.each<[string, object, string]>([
    [
      'on the web',
      { $ref: 'https://s.example/defs.json#/$defs/word' },
      "- at '/a': got number, want string\n",
    ],
    [
      'that refers on',
      { $ref: 'https://s.example/defs.json#/$defs/low' },
      "- at '/a': maximum: got 1, want 0\n",
    ],
    [
      'that is not there',
      { $ref: 'https://s.example/none.json' },
      'failing loading "https://s.example/none.json": answered 404',
    ],
    [
      'that is no JSON',
      { $ref: 'https://s.example/broken.json' },
      'failing loading "https://s.example/broken.json": unexpected end of JSON input',
    ],
    [
      'in a file',
      { $ref: 'other.json' },
      'failing loading "file:///other.json": a chart refers to no files outside of its schema',
    ],
    [
      'by another scheme',
      { $ref: 'ftp://s.example/x' },
      'failing loading "ftp://s.example/x": no URLLoader registered for "ftp://s.example/x"',
    ],
  ])('%s', async (_, schema, why) => {
    expect(await withSchema(schema, { web })).toBe(refused(why));
  });

  it('takes everything for a name that nobody resolves, as Helm does', async () => {
    expect(await withSchema({ $ref: 'urn:example:x' })).toEqual({ a: '1' });
  });

  it('is refused where nothing can be brought, even for values that nobody sets', async () => {
    const schema = { properties: { none: { $ref: 'https://s.example/other.json' } } };
    expect(await withSchema(schema)).toBe(
      refused('failing loading "https://s.example/other.json": schemas on the web cannot be had here'),
    );
  });

  it('is read by the render', async () => {
    const files = {
      'values.yaml': 'a: -1\n',
      'values.schema.json': '{"properties": {"a": {"$ref": "https://s.example/other.json"}}}',
      'templates/cm.yaml': map('  a: b'),
    };
    const rendered = await createHelmEngine().render(request(files, { web }));
    expect(rendered.ok && rendered.value.reads.at(-1)).toEqual({
      path: expect.stringContaining('https://s.example/other.json'),
      hash: 'of https://s.example/other.json',
    });
  });
});
