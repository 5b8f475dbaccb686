const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML shows it, also within an attribute's quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Escaped text that a line may break after a dot, a slash or an underscore, and nowhere in a word. */
export function breakableHtml(text: string): string {
  return escapeHtml(text).replace(/[./_](?=\w)/g, '$&<wbr>');
}

/** Escaped text whose `words in backquotes` are code. */
export function proseHtml(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${breakableHtml(part)}</code>` : escapeHtml(part)))
    .join('');
}
