/** The image could not be built. The message is whole sentences: the cause, and what to do about it. */
export class ImageBuildError extends Error {
  override readonly name = 'ImageBuildError';
}
