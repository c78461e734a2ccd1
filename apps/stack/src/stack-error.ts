/** Something the person who typed `npm start` can put right: its message is one sentence, shown without a stack. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** The sentence for a failed file operation, or undefined when it is not about the disk. */
export function diskSentence(error: unknown, path: string): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A file system that takes no folders, such as /proc, says that there is no such folder.
  switch (code === 'ENOENT' && syscall === 'mkdir' ? 'EROFS' : code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk that holds ${path} is full.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path} cannot be written: choose another folder with --data, or make it writable.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is not a folder: choose another with --data.`;
    default:
      return undefined;
  }
}
