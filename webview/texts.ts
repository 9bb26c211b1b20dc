import { translator } from '../src/protocol/translate';

/** Texts in VS Code's display language; the host writes them into the page. */
export const t = translator(
  JSON.parse(document.documentElement.dataset['texts'] ?? '{}') as Record<string, string>,
);
