/** Files out of what people drop, paste and pick, and the checks that need no server. */
import { megabytes, message } from "./messages";

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

/** All files of a drop; of folders only the photos in them, since nobody chose the rest. */
export async function filesOf(data: DataTransfer): Promise<File[]> {
  const entries = [...data.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = await Promise.all(
    entries.map(async (entry) => {
      if (entry === null) return [];
      if (entry instanceof File) return [entry];
      if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
      return (await filesIn(entry as FileSystemDirectoryEntry)).filter(looksLikePhoto);
    }),
  );
  return files.flat();
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const files: File[] = [];
  for (;;) {
    // A reader hands out a folder in portions and ends with an empty one.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return files;
    for (const entry of entries) {
      if (entry.isFile) files.push(await fileOf(entry as FileSystemFileEntry));
      else files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
