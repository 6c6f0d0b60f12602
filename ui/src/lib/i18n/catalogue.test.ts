import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';

const languages = { en: en as Record<string, string>, de };

/** The names of the values that a message takes. */
function names(message: string, locale: string): string[] {
  const found = new Set<string>();
  const walk = (parts: ReturnType<IntlMessageFormat['getAst']>) => {
    for (const part of parts) {
      if ('value' in part && part.type !== 0) found.add(String(part.value));
      if ('options' in part) Object.values(part.options).forEach((option) => walk(option.value));
    }
  };
  walk(new IntlMessageFormat(message, locale).getAst());
  return [...found].sort();
}

describe.each(Object.entries(languages))('the catalogue %s', (locale, words) => {
  it('has every key, and every message can be read', () => {
    for (const key of Object.keys(en)) {
      expect(words[key], key).toBeTruthy();
      expect(names(words[key] ?? '', locale), key).toEqual(names(languages.en[key] ?? '', 'en'));
    }
  });
});
