/** A message of the server as a sentence on a page: its backticks are for terminals. */
export function sentence(message: string): string {
  const words = message.replace(/`([^`]*)`/gu, '“$1”').trim();
  const ended = /[.!?…]$/.test(words) ? words : `${words}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
