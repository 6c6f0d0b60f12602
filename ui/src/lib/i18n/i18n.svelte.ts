/** Every word of the interface, by key, in the language of the reader. */
import { IntlMessageFormat } from 'intl-messageformat';
import { en, type Key } from './en';

export type { Key };
export const LOCALES = { en: 'English', de: 'Deutsch' } as const;
export type Locale = keyof typeof LOCALES;

type Values = Record<string, string | number | Date | undefined>;

const STORED = 'deskmeter.locale';

class I18n {
  /** The language of words. */
  locale = $state<Locale>('en');
  #words = $state.raw<Record<string, string>>(en);
  #formats = new Map<string, IntlMessageFormat>();

  /** The tag numbers and dates are written by: the browser's own where its language is this one. */
  get tag(): string {
    const own = globalThis.navigator?.languages?.find((tag) => tag.split('-')[0] === this.locale);
    return own ?? { en: 'en-GB', de: 'de-DE' }[this.locale];
  }

  /** Picks the stored language, else the browser's, else English. */
  async start(): Promise<void> {
    const wanted = [localStorage.getItem(STORED), ...navigator.languages];
    const known = wanted.map((tag) => tag?.split('-')[0]).find((tag) => tag && tag in LOCALES);
    await this.use((known as Locale | undefined) ?? 'en', false);
  }

  /** Changes the language; catalogues other than English are loaded when first wanted. */
  async use(locale: Locale, store = true): Promise<void> {
    const words = locale === 'de' ? (await import('./de')).de : en;
    this.#formats.clear();
    this.#words = words;
    this.locale = locale;
    document.documentElement.lang = locale;
    if (store) localStorage.setItem(STORED, locale);
  }

  /** The words of `key`, with `values` put in by the rules of ICU messages. */
  t = (key: Key, values?: Values): string => {
    const message = this.#words[key] ?? en[key];
    if (!message.includes('{')) return message;
    const id = `${this.locale}:${key}`;
    let format = this.#formats.get(id);
    if (!format) this.#formats.set(id, (format = new IntlMessageFormat(message, this.tag)));
    return format.format<string>(values) as string;
  };

  /** The words of a key made from data, or `otherwise` where the catalogue has none. */
  maybe = (key: string, otherwise: string): string =>
    this.#words[key] ?? (en as Record<string, string>)[key] ?? otherwise;
}

export const i18n = new I18n();
export const t = i18n.t;
