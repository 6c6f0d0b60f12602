/** Light, dark, or as the system has it. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'deskmeter.theme';

class Appearance {
  theme = $state<Theme>('system');
  #systemDark = $state(false);

  /** Whether the page is dark now. */
  get dark(): boolean {
    return this.theme === 'system' ? this.#systemDark : this.theme === 'dark';
  }

  start(): () => void {
    const stored = localStorage.getItem(STORED);
    if (stored === 'light' || stored === 'dark') this.theme = stored;
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    const heard = (event: MediaQueryListEvent) => {
      this.#systemDark = event.matches;
    };
    query.addEventListener('change', heard);
    return () => query.removeEventListener('change', heard);
  }

  use(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') {
      localStorage.removeItem(STORED);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(STORED, theme);
      document.documentElement.dataset.theme = theme;
    }
  }

  toggle(): void {
    this.use(this.dark ? 'light' : 'dark');
  }
}

export const appearance = new Appearance();
