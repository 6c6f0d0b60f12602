import { describe, expect, it } from 'vitest';
import { plusParam, withParam } from './param';

describe('a parameter of an address', () => {
  const params = new URLSearchParams('range=today&mix=a');

  it('is changed or taken away, and the rest is kept', () => {
    expect(withParam(params, 'mix', 'b')).toBe('?range=today&mix=b');
    expect(withParam(params, 'mix', undefined)).toBe('?range=today');
    expect(params.get('mix')).toBe('a');
  });

  it('is added', () => {
    expect(plusParam('/a', 'team', 'B C')).toBe('/a?team=B+C');
    expect(plusParam('/a?x=1', 'team', 'B')).toBe('/a?x=1&team=B');
  });
});
