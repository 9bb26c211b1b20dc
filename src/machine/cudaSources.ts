import { NextLink } from '../models/downloadTrouble';
import { openNetwork, type NetworkOptions } from '../models/httpFile';
import type { WantedFile } from '../models/download';
import type { Wait } from '../models/backOff';
import type { CudaRecord } from './cudaRecord';
import { fetchJson } from './fetchJson';
import type { NpmSettings } from './npmSettings';

/** A package with the provider in it, as a server offers it. */
export interface Offer {
  /** The server's name. */
  host: string;
  wanted: WantedFile;
  kind: 'tar' | 'zip';
  /** Where in the package the libraries lie. */
  folder: string;
  network: NetworkOptions;
}

interface SourceOptions {
  network?: NetworkOptions;
  signal?: AbortSignal;
  wait?: Wait;
}

export const usualFeed = 'https://api.nuget.org/v3/index.json';

/** What the user's npm registry has. Throws `NextLink` with the reason when it is not the recorded package. */
export async function offerOfRegistry(
  record: CudaRecord,
  version: string,
  { registry, network }: NpmSettings,
  options: SourceOptions,
): Promise<Offer> {
  const { npm } = record;
  const { host } = new URL(registry);
  if (!npm) throw new NextLink(`no package is on record for onnxruntime ${version}`);
  // What VS Code is told about the network counts more than what npm is.
  const reach = { ...network, ...options.network };
  const listing = (await document(`${registry}${npm.name}`, reach, options)) as
    | { versions?: Record<string, { dist?: { tarball?: string; integrity?: string } } | undefined> }
    | undefined;
  if (!listing) throw new NextLink(`it has no ${npm.name}`);
  const dist = listing.versions?.[npm.version]?.dist;
  if (!dist?.tarball || !URL.canParse(dist.tarball))
    throw new NextLink(`it has no ${npm.name} ${npm.version}`);
  if (dist.integrity !== undefined && !dist.integrity.split(/\s+/).includes(npm.integrity))
    throw new NextLink(`its ${npm.name} ${npm.version} is not the recorded one (another integrity)`);
  const file = `${npm.name}-${npm.version}.tgz`;
  const { bytes, sha256, folder } = npm;
  const wanted = { id: npm.name, file, bytes, hash: { sha256 }, links: [dist.tarball] };
  return { host, wanted, kind: 'tar', folder, network: reach };
}

/**
 * What onnxruntime's own feed has, after NuGet's protocol, version 3: addresses from the service index, hash and size from the
 * catalogue. Throws `NextLink` with the reason.
 */
export async function offerOfFeed(
  { nuget }: CudaRecord,
  feed: string,
  options: SourceOptions,
): Promise<Offer> {
  const { host } = new URL(feed);
  const network = options.network ?? {};
  const get = (link: string): Promise<unknown> => document(link, network, options);
  const index = (await get(feed)) as { resources?: { '@id': string; '@type': string }[] } | undefined;
  const resource = (type: string): string | undefined =>
    index?.resources?.find((one) => one['@type'] === type)?.['@id'].replace(/\/*$/, '/');
  const packages = resource('PackageBaseAddress/3.0.0');
  const registrations = ['RegistrationsBaseUrl', 'RegistrationsBaseUrl/3.4.0', 'RegistrationsBaseUrl/3.6.0']
    .map(resource)
    .find((one) => one !== undefined);
  if (packages === undefined || registrations === undefined) throw new NextLink('it is no NuGet feed');
  const [id, version] = [nuget.id.toLowerCase(), nuget.version.toLowerCase()];
  const leaf = (await get(`${registrations}${id}/${version}.json`)) as
    { catalogEntry?: string | CatalogueEntry } | undefined;
  if (!leaf) throw new NextLink(`it has no ${nuget.id} ${nuget.version}`);
  const { catalogEntry } = leaf;
  const entry = (typeof catalogEntry === 'string' ? await get(catalogEntry) : catalogEntry) as
    CatalogueEntry | undefined;
  if (entry?.packageHashAlgorithm !== 'SHA512' || entry.packageHash === undefined)
    throw new NextLink(`it tells no hash for ${nuget.id} ${nuget.version}`);
  const wanted = {
    id: nuget.id,
    file: `${id}.${version}.nupkg`,
    ...(entry.packageSize !== undefined && { bytes: entry.packageSize }),
    hash: { sha512: Buffer.from(entry.packageHash, 'base64').toString('hex') },
    links: [`${packages}${id}/${version}/${id}.${version}.nupkg`],
  };
  return { host, wanted, kind: 'zip', folder: nuget.folder, network };
}

interface CatalogueEntry {
  packageHash?: string;
  packageHashAlgorithm?: string;
  packageSize?: number;
}

async function document(link: string, reach: NetworkOptions, options: SourceOptions): Promise<unknown> {
  const network = await openNetwork(reach);
  try {
    return await fetchJson(link, network, options);
  } finally {
    await network.destroy();
  }
}
