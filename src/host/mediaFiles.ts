/** Extensions of the files that menus and pickers offer; others can still be picked under "All files". */
export const videoExtensions = ['mp4', 'm4v', 'mov', 'mkv', 'webm', 'avi'] as const;
export const imageExtensions = ['png', 'jpg', 'jpeg', 'webp'] as const;

const hasExtension = (file: string, extensions: readonly string[]): boolean =>
  extensions.includes(file.slice(file.lastIndexOf('.') + 1).toLowerCase());

export const isImageFile = (file: string): boolean => hasExtension(file, imageExtensions);
export const isVideoFile = (file: string): boolean => hasExtension(file, videoExtensions);
