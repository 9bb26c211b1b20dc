import { aiSourceType, type SourceMark } from '../../protocol/provenance';
import { markText, type MarkFacts } from './facts';

const namespaces = {
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  dc: 'http://purl.org/dc/elements/1.1/',
};

/** Statements that a new mark makes untrue, as attribute and as element. */
const outdated = [
  /\s+Iptc4xmpExt:DigitalSourceType\s*=\s*("[^"]*"|'[^']*')/g,
  /<Iptc4xmpExt:DigitalSourceType\b[^>]*\/>/g,
  /<Iptc4xmpExt:DigitalSourceType\b[^>]*>[\s\S]*?<\/Iptc4xmpExt:DigitalSourceType>/g,
];

/**
 * An XMP packet with the mark. What the original's packet says beside it is kept.
 * @param original the packet of the file that was processed, if it had one
 */
export function markXmp(facts: MarkFacts, original?: string): string {
  const block = description(facts);
  const end = original?.lastIndexOf('</rdf:RDF>') ?? -1;
  if (original === undefined || end < 0) return wrap(`<rdf:RDF ${rdf}>\n${block}</rdf:RDF>`);
  const start = original.indexOf('<rdf:RDF');
  let kept = original.slice(start, end);
  for (const statement of outdated) kept = kept.replace(statement, '');
  // A second mark takes the place of the first.
  kept = kept.replace(/[ \t]*<rdf:Description\b[^>]*\bfaceSwap:mark="1"[\s\S]*?<\/rdf:Description>\n?/g, '');
  return wrap(`${kept}${block}</rdf:RDF>`);
}

const rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';

function wrap(content: string): string {
  return (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' +
    `<x:xmpmeta xmlns:x="adobe:ns:meta/">\n${content}\n</x:xmpmeta>\n<?xpacket end="w"?>`
  );
}

function description(facts: MarkFacts): string {
  const spaces = Object.entries(namespaces).map(([name, uri]) => `xmlns:${name}="${uri}"`);
  return [
    `  <rdf:Description rdf:about="" ${spaces.join(' ')} xmlns:faceSwap="urn:face-swap:xmp:1" faceSwap:mark="1">`,
    `    <Iptc4xmpExt:DigitalSourceType>${aiSourceType}</Iptc4xmpExt:DigitalSourceType>`,
    `    <xmp:CreatorTool>${escape(`${facts.tool} ${facts.version}`)}</xmp:CreatorTool>`,
    `    <xmp:MetadataDate>${escape(facts.date)}</xmp:MetadataDate>`,
    `    <faceSwap:Statement>${escape(markText(facts))}</faceSwap:Statement>`,
    list('Processors', facts.processors),
    list('Models', facts.models),
    '  </rdf:Description>\n',
  ].join('\n');
}

function list(name: string, values: readonly string[]): string {
  const items = values.map((value) => `<rdf:li>${escape(value)}</rdf:li>`).join('');
  return `    <faceSwap:${name}><rdf:Seq>${items}</rdf:Seq></faceSwap:${name}>`;
}

/** What somebody's XMP says about the origin of a picture; undefined when it says nothing. */
export function readXmpMark(xmp: string): SourceMark | undefined {
  const value = (name: string) => {
    const found =
      new RegExp(`<${name}\\b[^>]*>\\s*([^<]+?)\\s*</${name}>`).exec(xmp) ??
      new RegExp(`<${name}\\b[^>]*\\brdf:resource\\s*=\\s*["']([^"']+)["']`).exec(xmp) ??
      new RegExp(`\\b${name}\\s*=\\s*["']([^"']+)["']`).exec(xmp);
    return found && unescape(found[1]);
  };
  const digitalSourceType = value('Iptc4xmpExt:DigitalSourceType');
  const tool = value('xmp:CreatorTool');
  const statement = value('faceSwap:Statement');
  if (digitalSourceType === null && statement === null) return undefined;
  const details = [statement, statement === null && tool !== null ? `made with ${tool}` : null];
  return {
    place: 'XMP',
    ...(digitalSourceType !== null && { digitalSourceType }),
    details: details.filter((text) => text !== null),
  };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  // Characters that XML has no way to write are left out.
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"]/g, (c) => entities[c]);
}

function unescape(text: string): string {
  return Object.entries(entities)
    .reverse()
    .reduce((result, [plain, entity]) => result.replaceAll(entity, plain), text);
}
