/** Has what is shown read again, without losing a click. */
import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';

/**
 * Reads again what depends on `what`. A page that is being opened comes first: reading again would
 * give it up, and the click that asked for it would do nothing.
 */
export async function refresh(what: string): Promise<void> {
  let opening = navigating.complete;
  while (opening) {
    await opening.catch(() => undefined);
    // One that was given up stays where it was.
    opening = navigating.complete === opening ? null : navigating.complete;
  }
  await invalidate(what);
}
