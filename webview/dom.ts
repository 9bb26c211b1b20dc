/** Makes an element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The same for drawings. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number> = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Replaces what is in an element and lets the focus stay: on the new element with the same `data-key`, or on the one that took the
 * place of a removed one.
 */
export function rebuild(container: HTMLElement, ...children: (Node | string)[]): void {
  const focused = container.contains(document.activeElement) ? document.activeElement : undefined;
  const keyed = [...container.querySelectorAll<HTMLElement>('[data-key]')];
  const held = keyed.findIndex((element) => element.contains(focused ?? null));
  const key = keyed.at(held)?.dataset['key'];
  container.replaceChildren(...children);
  if (held < 0) return;
  const next = [...container.querySelectorAll<HTMLElement>('[data-key]')];
  const same =
    next.find((element) => element.dataset['key'] === key) ?? next.at(Math.min(held, next.length - 1));
  same?.focus();
}

/** Gives an element the key by which `rebuild` finds it again. */
export function keyed<E extends HTMLElement>(key: string, element: E): E {
  element.dataset['key'] = key;
  return element;
}
