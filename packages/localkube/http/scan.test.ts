import { describe, expect, it } from 'vitest';
import { duplicateMembers } from './scan.ts';

describe('members that are named twice', () => {
  it.each([
    ['{"a":1,"b":{"a":2}}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"ports":[{"name":"x"},{"name":"y","name":"z"}]}}', ['spec.ports[1].name']],
    ['{"a":"\\"b\\":1","b":"{\\"b\\":1}"}', []],
    ['{"a" : 1 , "a" : {"c":[1,2,{"d":1,"d":2}]}}', ['a', 'a.c[2].d']],
  ])('are found in %s', (text, expected) => {
    expect(duplicateMembers(text)).toEqual(expected);
  });
});
