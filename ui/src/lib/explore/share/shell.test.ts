import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { askCommand, curlCommand, quote } from './shell';

describe('the question in a shell', () => {
  it('quotes what a shell would read otherwise', () => {
    expect(quote('last')).toBe('last');
    expect(quote('last 12 weeks')).toBe(`'last 12 weeks'`);
    for (const word of [`it's`, '$(rm -rf ~)', '`x`', 'a\nb', '', '!!', 'ä "b"'])
      expect(execFileSync('sh', ['-c', `printf %s ${quote(word)}`]).toString()).toBe(word);
  });

  it('has a flag for every part', () => {
    const command = askCommand({
      metrics: ['first_response_time', { metric: 'csat', variant: 'mean' }],
      by: ['channel'],
      every: 'week',
      range: 'last 12 weeks',
      where: [`product = "Bob's"`],
      compare: ['previous_period'],
      statistic: ['median', 'p90'],
    });
    expect(command.replaceAll(' \\\n  ', ' ')).toBe(
      `deskmeter ask first_response_time csat:mean --by channel --every week --range 'last 12 weeks' ` +
        `--where 'product = "Bob'\\''s"' --compare previous_period --stat median --stat p90`,
    );
  });

  it('reads from a document what no flag can say', () => {
    const question = { metrics: ['volume'], limit: 5 };
    const command = askCommand(question);
    expect(command).toMatch(/^deskmeter ask --question \/dev\/stdin <<'QUESTION'\n/);
    expect(JSON.parse(command.split('\n').slice(1, -1).join('\n'))).toEqual(question);
  });

  it('is valid JSON for curl', () => {
    const question = { metrics: ['volume'], where: [`a = 'b'`] };
    const command = curlCommand(question, 'http://localhost:8080');
    const body = execFileSync('sh', ['-c', command.replace(/^curl/, 'printf "%s\\n"')])
      .toString()
      .split('\n')
      .find((line) => line.startsWith('{'));
    expect(JSON.parse(body ?? '')).toEqual(question);
  });
});
