import { because, name, size, text, type Sentences } from './sentenceFacts';

/** What is wrong with a model or its download. */
export const modelSentences = {
  'model-missing': ({ model, file, get, link, unknown, builtIn }, t) => {
    const what = text(model, file === undefined ? t('that is needed') : name(file, t));
    if (builtIn !== undefined)
      return t(
        'The built-in model {0} is not there as {1}; build it with “npm run build”, or install Face Swap again',
        what,
        name(file, t),
      );
    if (get !== undefined)
      return t(
        'The model {0} is not installed; get it with “face-swap models get {1}”, in VS Code with “Face Swap: Get a Model…”, or choose another one',
        what,
        get,
      );
    if (unknown !== undefined)
      return t(
        'There is no model called {0}, neither here nor among those that can be had; “face-swap models list” shows all of them',
        what,
      );
    return link === undefined
      ? t('The model {0} is not installed; install it, or choose another one', what)
      : t(
          'The model {0} is not installed; get its file from {1} and add it with “face-swap models add”, in VS Code with “Face Swap: Add a Model File…”',
          what,
          link,
        );
  },
  'model-corrupt': ({ file, reason }, t) =>
    t(
      'The model file {0} is damaged{1}; remove it and build or install it again',
      name(file, t),
      because(reason),
    ),
  'model-wrong': ({ file, reason }, t) =>
    t('{0} is not the model that is wanted{1}; choose another file', name(file, t), because(reason)),
  'model-by-hand': ({ model, link }, t) =>
    t(
      '{0} cannot be downloaded here, because no public record says what its file must be; get it from {1} and add it with “face-swap models add”',
      text(model, t('The model')),
      text(link, t('its authors')),
    ),
  'model-not-removed': ({ model, builtIn, file, folder }, t) => {
    const what = text(model, t('that is named'));
    if (builtIn !== undefined)
      return t(
        'The model {0} is built in and stays; “face-swap models list” shows what can be removed',
        what,
      );
    return file === undefined
      ? t(
          'There is no model {0} in {1}, so nothing was removed; “face-swap models list” shows what is there',
          what,
          text(folder, t('the models folder')),
        )
      : t(
          'The model {0} lies in a folder that is only read and never changed; delete {1} yourself, or point to that folder no longer',
          what,
          name(file, t),
        );
  },
  'licence-not-accepted': ({ model, licence, link }, t) =>
    t(
      '{0} is under the licence {1} ({2}); read it, and accept it to get the model (on the command line with --accept-licence)',
      text(model, t('The model')),
      text(licence, t('of its authors')),
      text(link, t('see its authors’ pages')),
    ),
  'download-failed': ({ model, reason, kept }, t) =>
    typeof kept === 'number' && kept > 0
      ? t(
          '{0} could not be downloaded{1}; check the connection and try again, which goes on from what has arrived',
          text(model, t('The model')),
          because(reason),
        )
      : t(
          '{0} could not be downloaded{1}; check the connection and try again later, or add the file from elsewhere with “face-swap models add”',
          text(model, t('The model')),
          because(reason),
        ),
  'download-not-confirmed': ({ model, bytes, link }, t) =>
    t(
      '{0} was not downloaded, because nobody agreed to it; agree when asked, or with --yes (licence: {1})',
      `${text(model, t('The package'))}${typeof bytes === 'number' ? ` (${size(bytes)})` : ''}`,
      text(link, t('see its page')),
    ),
} satisfies Sentences;
