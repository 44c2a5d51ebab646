/** Files out of what people drop, paste and pick, and the checks that need no server. */
import { megabytes, message } from "../messages";

/** A file, and the folder that it was in; empty: none. */
export interface Taken {
  readonly file: File;
  readonly folder: string;
}

const PHOTO_NAME =
  /\.(jpe?g|jpe|jfif|png|tiff?|webp|hei[cf]|avif|bmp|gif|jp2|j2k|j2c|jpc|jpf|jpx|jxl|pdf|dng|nef|nrw|cr[23]|arw|sr2|raf|orf|rw2|pef|srw|3fr|iiq|mos|erf|dcr|kdc|mrw|x3f)$/i;

export function looksLikePhoto(file: File): boolean {
  if (file.type === "image/svg+xml") return false;
  return file.type.startsWith("image/") || PHOTO_NAME.test(file.name);
}

/** Why a file cannot be sent, as a sentence; undefined if it can. */
export function objection(file: File, maxBytes: number): string | undefined {
  if (file.size === 0) return message("empty");
  if (!looksLikePhoto(file)) return message("notAPhoto");
  if (file.size > maxBytes) {
    return message("tooLarge", { megabytes: megabytes(file.size), limit: megabytes(maxBytes) });
  }
  return undefined;
}

/** The files of a field; of a folder only the photos in it, since nobody chose the rest. */
export function filesOf(input: HTMLInputElement): Taken[] {
  const taken = [...(input.files ?? [])].map((file) => {
    const [folder = "", ...rest] = file.webkitRelativePath.split("/");
    return { file, folder: rest.length > 0 ? folder : "" };
  });
  return taken.filter(({ file, folder }) => !folder || looksLikePhoto(file)).sort(byPath);
}

/** All files of a drop; of folders only the photos in them. */
export async function filesOfDrop(data: DataTransfer): Promise<Taken[]> {
  const entries = [...data.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = await Promise.all(
    entries.map(async (entry): Promise<Taken[]> => {
      if (entry === null) return [];
      if (entry instanceof File) return [{ file: entry, folder: "" }];
      if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), folder: "" }];
      const found = (await filesIn(entry as FileSystemDirectoryEntry)).filter(looksLikePhoto);
      return found.map((file) => ({ file, folder: entry.name }));
    }),
  );
  return files.flat();
}

function byPath(one: Taken, other: Taken): number {
  const [a, b] = [one.file.webkitRelativePath, other.file.webkitRelativePath];
  return a.localeCompare(b, undefined, { numeric: true });
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A reader hands out a folder in portions and ends with an empty one.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) break;
    found.push(...entries);
  }
  found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const files: File[] = [];
  for (const entry of found) {
    if (entry.isFile) files.push(await fileOf(entry as FileSystemFileEntry));
    else files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
  }
  return files;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
