/** Keys that work on every page. */
import { goto } from '$app/navigation';
import { scoped } from '$lib/question/scope';
import { appearance } from './appearance.svelte';
import { PAGES } from './pages';

export interface Keys {
  palette: () => void;
  help: () => void;
  params: () => URLSearchParams;
}

const FOLLOW_MS = 1_500;

/** Whether what has the focus takes letters itself. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    !!target.closest('[role=dialog]')
  );
}

/** A listener for `keydown` on the window. */
export function keys({ palette, help, params }: Keys): (event: KeyboardEvent) => void {
  let after = 0;
  return (event) => {
    const letter = event.key.toLowerCase();
    if ((event.metaKey || event.ctrlKey) && letter === 'k') {
      event.preventDefault();
      palette();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
    if (event.timeStamp < after) {
      after = 0;
      const page = PAGES.find(({ key }) => key === letter);
      if (page) void goto(scoped(page.path, params()));
      return;
    }
    if (letter === 'g') after = event.timeStamp + FOLLOW_MS;
    else if (letter === '/') {
      event.preventDefault();
      palette();
    } else if (letter === '?') help();
    else if (letter === 'd') appearance.toggle();
  };
}
